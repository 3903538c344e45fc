using Progeny.Core.Feedback;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>Counts what reports changed.</summary>
internal static class OutcomeChanges
{
    /// <param name="unmatched">How many of those that are stored have no query in the log.</param>
    public static OutcomeReceipt Count(IReadOnlyList<OutcomeChange> changes, int unmatched = 0) => new(
        changes.Count(change => change == OutcomeChange.First),
        changes.Count(change => change == OutcomeChange.Correction),
        changes.Count(change => change == OutcomeChange.None),
        unmatched,
        changes.Count(change => change == OutcomeChange.Late));
}
