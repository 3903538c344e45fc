using Progeny.Abstractions.Releases;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Feedback;

/// <summary>A score that came, or one that does not count any more because a correction takes its place.</summary>
/// <param name="Offset">Its offset in the list of all changes; grows.</param>
/// <param name="IsAdded">True: it came. False: it counts no more, as it had come before.</param>
/// <param name="Sequence">The place of the prediction in the query log.</param>
/// <param name="At">When it was predicted.</param>
/// <param name="Arm">The arm that predicted.</param>
/// <param name="Reason">Why that arm (<see cref="Reasons"/>).</param>
/// <param name="Values">The figures by name.</param>
public sealed record ScoreChange(
    long Offset,
    bool IsAdded,
    GenerationReference Generation,
    string Arm,
    string Reason,
    long Sequence,
    DateTimeOffset At,
    IReadOnlyDictionary<string, double> Values)
{
    /// <inheritdoc cref="OutcomeScore.Cluster"/>
    public int? Cluster { get; init; }
}
