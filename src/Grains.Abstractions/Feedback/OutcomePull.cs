using System.Collections.Immutable;

namespace Progeny.Abstractions.Feedback;

/// <summary>How far outcomes were pulled from their feed.</summary>
[GenerateSerializer, Immutable, Alias("progeny.outcome-pull")]
public sealed record OutcomePull
{
    [Id(0)] public required string Feed { get; init; }

    /// <summary>The greatest value of the watermark's column that was read; null: none yet, or the query has no such column.</summary>
    [Id(1)] public string? Watermark { get; init; }

    /// <summary>When the feed answered last; null: it never did.</summary>
    [Id(2)] public DateTimeOffset? PulledAt { get; init; }

    /// <summary>When the feed is asked next.</summary>
    [Id(3)] public DateTimeOffset? Next { get; init; }

    /// <summary>How often the feed failed since it answered last.</summary>
    [Id(4)] public int Failures { get; init; }

    /// <summary>Why the feed failed last; null: it answered.</summary>
    [Id(5)] public string? Error { get; init; }

    /// <summary>Outcomes that were new, in all.</summary>
    [Id(6)] public long Accepted { get; init; }

    /// <summary>Outcomes that corrected one, in all.</summary>
    [Id(7)] public long Corrected { get; init; }

    /// <summary>Rows that were no outcome, the last time.</summary>
    [Id(8)] public long Bad { get; init; }

    /// <summary>What was wrong with the first of them, up to five.</summary>
    [Id(9)] public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Outcomes by key and time whose query was not found yet.</summary>
    [Id(10)] public long Waiting { get; init; }

    /// <summary>Of those, how many may belong to several queries that were answered at the same moment.</summary>
    [Id(11)] public long Ambiguous { get; init; }

    /// <summary>Rows that came behind the watermark and were not read, in all.</summary>
    [Id(12)] public long Behind { get; init; }

    /// <summary>
    /// Rows whose watermark is more than a day ahead of the clock, the last time: they are read each time, and the watermark stays before
    /// them.
    /// </summary>
    [Id(13)] public long Ahead { get; init; }
}
