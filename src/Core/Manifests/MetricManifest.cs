namespace Progeny.Core.Manifests;

/// <summary>A metric of the project's own: the mean of an SQL expression over the predictions whose outcome is known.</summary>
public sealed record MetricManifest
{
    /// <summary>The names of figures that every project has.</summary>
    internal static readonly IReadOnlyList<string> Reserved = ["requests", "rows", "errors", "latency", "outcomes", "loss"];

    public required string Name { get; init; }

    /// <summary>SQL expression over one query's fields, its prediction and its <c>outcome</c>.</summary>
    public required string Value { get; init; }
}
