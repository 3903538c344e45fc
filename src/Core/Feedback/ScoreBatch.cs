namespace Progeny.Core.Feedback;

/// <summary>What became of some reports of outcomes.</summary>
/// <param name="Before">The place from which they were read.</param>
/// <param name="After">The place behind the last of them; the same where only waiting ones were tried again.</param>
/// <param name="Scores">In the order of the reports: the last one of a query counts.</param>
/// <param name="Waiting">Those to try again; replaces what waited of the same query.</param>
/// <param name="GivenUp">Those that waited for too long.</param>
public sealed record ScoreBatch(
    long Before,
    long After,
    IReadOnlyList<OutcomeScore> Scores,
    IReadOnlyList<WaitingOutcome> Waiting,
    IReadOnlyList<WaitingOutcome> GivenUp)
{
    /// <summary>When the reports were scored.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UnixEpoch;
}
