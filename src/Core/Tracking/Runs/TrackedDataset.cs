namespace Progeny.Core.Tracking.Runs;

/// <summary>A dataset that a run used, as the client describes it.</summary>
public sealed record TrackedDataset
{
    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The digest of its contents.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The kind of its source.</summary>
    public string SourceType { get; init; } = "";

    /// <summary>Where it comes from, in JSON of the client.</summary>
    public string Source { get; init; } = "";

    /// <summary>Its columns, in JSON of the client.</summary>
    public string? Schema { get; init; }

    /// <summary>Figures of it, in JSON of the client.</summary>
    public string? Profile { get; init; }
}
