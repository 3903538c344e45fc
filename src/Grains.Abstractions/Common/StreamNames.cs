namespace Progeny.Abstractions.Common;

/// <summary>The names of the stream provider and of the namespace of its streams.</summary>
public static class StreamNames
{
    /// <summary>The provider of the streams of queries, which soon forget what a subscriber does not take.</summary>
    public const string QueryProvider = "queries";

    /// <summary>What happened to queries, in batches (<c>QueryBatch</c>), by <see cref="QueryProvider"/>. Key: the project.</summary>
    public const string Queries = "queries";
}
