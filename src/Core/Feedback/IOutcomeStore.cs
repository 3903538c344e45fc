namespace Progeny.Core.Feedback;

/// <summary>Outcomes by query id. A report for a query that is not in the log yet waits for it.</summary>
public interface IOutcomeStore
{
    /// <summary>Stores reports in one transaction; they are on disk when the call returns. A repeated report changes nothing.</summary>
    Task<OutcomeReceipt> ReportAsync(string project, IReadOnlyList<ReportedOutcome> outcomes, CancellationToken cancellationToken);
}
