namespace Progeny.Contracts.Datasets;

/// <summary>A subscription, how far it is, and what it met.</summary>
public sealed record SubscriptionView
{
    public required string Dataset { get; init; }

    public required string Name { get; init; }

    public string? Folder { get; init; }

    public string? Bucket { get; init; }

    public string? Prefix { get; init; }

    public string? Feed { get; init; }

    public string? Query { get; init; }

    public string? Watermark { get; init; }

    public IReadOnlyList<string>? Key { get; init; }

    public required double EverySeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? LastRunAt { get; init; }

    /// <summary>Whether a run was asked for and has not ended.</summary>
    public required bool IsAsked { get; init; }

    /// <summary>Why the last run failed; null: it did not.</summary>
    public string? Error { get; init; }

    /// <summary>The files or objects that were taken.</summary>
    public required long Objects { get; init; }

    /// <summary>The rows of the query that were taken.</summary>
    public required long Rows { get; init; }

    /// <summary>The watermark of the rows that were taken.</summary>
    public string? Offset { get; init; }

    /// <summary>Taken objects that were written before others that had been taken.</summary>
    public required long Late { get; init; }

    /// <summary>Taken objects that have other contents now, which are not taken unless somebody asks.</summary>
    public required long Rewritten { get; init; }

    /// <summary>Objects that could not be taken.</summary>
    public required long Refused { get; init; }

    /// <summary>Rows that came behind the watermark and are not taken unless somebody asks.</summary>
    public required long Behind { get; init; }

    /// <summary>Rows whose key was known with other contents; they are not taken.</summary>
    public required long Conflicting { get; init; }

    /// <summary>What it met, the newest last.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
