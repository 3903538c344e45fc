namespace Progeny.Core.Feedback;

/// <summary>Outcomes by query id. A report for a query that is not in the log yet waits for it.</summary>
public interface IOutcomeStore
{
    /// <summary>Stores reports in one transaction; they are on disk when the call returns. A repeated report changes nothing.</summary>
    Task<OutcomeReceipt> ReportAsync(string project, IReadOnlyList<ReportedOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>The reports behind a place, first reports and corrections of all projects, in the order of their arrival.</summary>
    /// <param name="after">The place of the last report that is known; 0: from the first.</param>
    Task<IReadOnlyList<OutcomeEntry>> ListAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>How many queries of a project had an outcome reported, or corrected, after a time.</summary>
    Task<long> CountAsync(string project, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>How many queries of a project have their first report at a place or behind it.</summary>
    Task<long> CountFromAsync(string project, long place, CancellationToken cancellationToken);
}
