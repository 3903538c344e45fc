namespace Progeny.Core.QueryLog;

/// <summary>A record of the query log with what was reported of it later.</summary>
/// <param name="Sequence">The record's place in the log; grows.</param>
/// <param name="Attempts">How many records carry the same query id.</param>
/// <param name="Outcomes">All reports; the last one counts. Those that came too late to count are first, else they are in the order of
/// their arrival. Empty: none yet.</param>
public sealed record LoggedQuery(long Sequence, QueryRecord Record, int Attempts, IReadOnlyList<ReportedOutcome> Outcomes)
{
    /// <summary>
    /// The places of other records with the same id, the last in the log first, 100 at most; of a query that was searched for by its id.
    /// </summary>
    public IReadOnlyList<long> Others { get; init; } = [];
}
