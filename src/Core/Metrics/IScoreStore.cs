namespace Progeny.Core.Metrics;

/// <summary>
/// The part of the perfdb that late outcomes reach: how good predictions were, in the windows of their time. Each report of an outcome
/// counts once: it is stored together with the place up to which reports have been read.
/// </summary>
public interface IScoreStore
{
    /// <summary>The place in the list of reports up to which they are scored; 0: none is.</summary>
    Task<long> GetPlaceAsync(CancellationToken cancellationToken);

    /// <summary>Reports whose query was not in the log when they came, and that are due to be tried again.</summary>
    Task<IReadOnlyList<WaitingOutcome>> ListWaitingAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Stores scores in one transaction: a score of a query that has one already replaces it in its window. Those that wait are
    /// remembered, those that were scored or given up are not any more.
    /// </summary>
    /// <returns>False, and nothing stored, where another node has moved the place meanwhile.</returns>
    Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken);
}
