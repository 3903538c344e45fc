using Progeny.Core.Feeds;

namespace Progeny.Core.Feedback;

/// <summary>A part of what was pulled from a feed, reported and on disk.</summary>
public sealed record PulledOutcomes
{
    /// <summary>The value of the watermark's column in the last row; null: the query has none.</summary>
    public Ordinal? Watermark { get; init; }

    public long Rows { get; init; }

    /// <summary>First reports of their query.</summary>
    public long Accepted { get; init; }

    /// <summary>Reports that differ from the one that counted before.</summary>
    public long Corrected { get; init; }

    /// <summary>Rows that are no outcome.</summary>
    public long Bad { get; init; }

    /// <summary>How many rows of the source are known that come before the watermark, or have none.</summary>
    public long Below { get; init; }

    /// <summary>Rows that came behind the watermark since they were counted last: they are not read.</summary>
    public long Behind { get; init; }

    /// <summary>
    /// Rows whose watermark is far ahead of the clock, or of all others: they are read each time, and the watermark stays before them.
    /// </summary>
    public long Ahead { get; init; }

    /// <summary>What is wrong with the first of them, up to five.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
