namespace Progeny.Abstractions.Common;

/// <summary>The names of the stream provider and of the namespaces of its streams.</summary>
public static class StreamNames
{
    /// <summary>The provider of streams of which nothing may be lost.</summary>
    public const string Provider = "logbus";

    /// <summary>The provider of the streams of queries, which soon forget what a subscriber does not take.</summary>
    public const string QueryProvider = "queries";

    /// <summary>What happened to queries, in batches (<c>QueryBatch</c>), by <see cref="QueryProvider"/>. Key: the project.</summary>
    public const string Queries = "queries";

    /// <summary>Summaries of what generations did. Key: <c>project@release:generation</c>.</summary>
    public const string Metrics = "metrics";
}
