using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>How far a subscription is, and what it met.</summary>
public sealed record SubscriptionStatus
{
    public DateTimeOffset? LastRunAt { get; init; }

    /// <summary>Why the last run failed; null: it did not.</summary>
    public string? Error { get; init; }

    /// <summary>Whether somebody asked for a run that has not begun.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Whether the run that was asked for takes what came behind the watermark, and objects that were rewritten.</summary>
    public bool TakesBehind { get; init; }

    /// <summary>The files or objects that were taken.</summary>
    public long Objects { get; init; }

    /// <summary>The rows that were taken.</summary>
    public long Rows { get; init; }

    /// <summary>Taken objects that are older than one that had been taken before they were seen.</summary>
    public long Late { get; init; }

    /// <summary>Taken objects that have other contents now, which are not taken unless somebody asks.</summary>
    public long Rewritten { get; init; }

    /// <summary>Objects that could not be taken; they are tried again when they change, or when somebody asks.</summary>
    public long Refused { get; init; }

    /// <summary>The watermark of the rows that were taken.</summary>
    public Ordinal? Offset { get; init; }

    /// <summary>The rows of the query before the watermark that are known.</summary>
    public long Below { get; init; }

    /// <summary>The rows that came behind the watermark and are not taken unless somebody asks.</summary>
    public long Behind { get; init; }

    /// <summary>Rows of a query whose key was known with other contents; they are not taken.</summary>
    public long Conflicting { get; init; }

    /// <summary>The rows that are being taken; null: none are.</summary>
    public PendingRows? Pending { get; init; }

    /// <summary>The number of batches so far.</summary>
    public long Batches { get; init; }

    /// <summary>What the last runs met that somebody should see, the newest last.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
