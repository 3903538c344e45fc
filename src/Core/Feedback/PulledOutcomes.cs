using Progeny.Core.Training;

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

    /// <summary>What is wrong with the first of them, up to five.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
