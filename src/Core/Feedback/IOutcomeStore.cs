using Progeny.Core.QueryLog;

namespace Progeny.Core.Feedback;

/// <summary>Outcomes by query id. A report for a query that is not in the log yet waits for it.</summary>
public interface IOutcomeStore
{
    /// <summary>
    /// Stores reports in their order, some hundred in one transaction, so that others need not wait for all; they are on disk when the call
    /// returns. Of a call that fails the first ones may be stored; it can be repeated.
    /// </summary>
    /// <remarks>
    /// A known value with its time changes nothing. The report that was observed last counts, in whatever order they come; one without a
    /// time counts as observed when it came, and in place of all that came before it.
    /// </remarks>
    Task<OutcomeReceipt> ReportAsync(string project, IReadOnlyList<ReportedOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>
    /// The reports behind a place that count, first reports and corrections of all projects, in the order of their arrival.
    /// </summary>
    /// <param name="after">The place of the last report that is known; 0: from the first.</param>
    Task<IReadOnlyList<OutcomeEntry>> ListAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Whether there is a report of a query's outcome: it is kept as long as the query's record, and without one as long as such would be.
    /// </summary>
    Task<bool> HasReportAsync(string project, string queryId, CancellationToken cancellationToken);

    /// <summary>How many queries of a project had an outcome reported, or corrected, after a time.</summary>
    Task<long> CountAsync(string project, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>How many queries of a project have their first report at a place or behind it.</summary>
    Task<long> CountFromAsync(string project, long place, CancellationToken cancellationToken);
}
