using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Metrics;

/// <summary>
/// What one generation did in a range of a sequence. Summaries of a source follow each other without gap or overlap, so that the
/// number up to which a source is counted tells which one comes next.
/// </summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-summary")]
public sealed record GenerationSummary
{
    [Id(0)] public required GenerationReference Generation { get; init; }

    /// <summary>The sequence that was counted: a query log, or the counts of one run of a silo.</summary>
    [Id(1)] public required Guid Source { get; init; }

    /// <summary>Whether the source is a query log, which can be counted again at any time.</summary>
    [Id(2)] public required bool IsLogged { get; init; }

    /// <summary>The number in the sequence at which the generation's summary before ended; 0: there is none before.</summary>
    [Id(3)] public required long After { get; init; }

    /// <summary>The last number in the sequence that is counted in here.</summary>
    [Id(4)] public required long Through { get; init; }

    /// <summary>The counts by window.</summary>
    [Id(5)] public required ImmutableArray<WindowSummary> Windows { get; init; }
}
