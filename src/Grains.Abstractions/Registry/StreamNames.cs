namespace Progeny.Abstractions.Registry;

/// <summary>The names of the stream provider and of the namespaces of its streams.</summary>
public static class StreamNames
{
    /// <summary>The provider of all streams.</summary>
    public const string Provider = "logbus";

    /// <summary>What happened to queries, in batches. Key: the project.</summary>
    public const string Queries = "queries";

    /// <summary>Summaries of what generations did. Key: <c>project@release:generation</c>.</summary>
    public const string Metrics = "metrics";
}
