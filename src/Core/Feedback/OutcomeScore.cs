using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Feedback;

/// <summary>How good one prediction was, by its last outcome.</summary>
/// <param name="Project">The project that was asked: mostly the generation's own.</param>
/// <param name="Generation">Who predicted.</param>
/// <param name="QueryId">The id of the prediction's record: that of a shadow is <c>query~arm</c>.</param>
/// <param name="At">When it was predicted.</param>
/// <param name="Values">The loss (<see cref="MetricsPoint.LossName"/>) and the project's own metrics; those without a value are left
/// out.</param>
public sealed record OutcomeScore(
    string Project, GenerationReference Generation, string QueryId, DateTimeOffset At, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The arm that predicted; empty: not known.</summary>
    public string Arm { get; init; } = "";

    /// <summary>Why that arm (<see cref="Reasons"/>).</summary>
    public string Reason { get; init; } = "";

    /// <summary>The cluster of what chose the query's arm, mostly its entity (<see cref="EntityClusters"/>); null: it has none.</summary>
    public int? Cluster { get; init; }

    /// <summary>The place of the prediction in the query log; grows.</summary>
    public long Sequence { get; init; }
}
