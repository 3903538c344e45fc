namespace Progeny.Core.Feedback;

/// <summary>
/// Outcomes by key and time: each belongs to the newest live answer about its key at or before its time. It is kept and waits until that
/// is found, or until it is too old.
/// </summary>
public interface IKeyedOutcomes
{
    /// <summary>Stores outcomes in one transaction; they are on disk when the call returns. One that is known changes nothing.</summary>
    Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>
    /// Searches for the queries of what waits, and reports the outcomes whose query is found. What it costs grows with the queries that
    /// were answered within the limit before an outcome; one that found none is compared only with records that are written later.
    /// </summary>
    /// <param name="within">How long before the outcome's time its query was answered at most.</param>
    /// <param name="settled">Outcomes after this time wait: a query before them may not be in the log yet.</param>
    /// <param name="retention">Outcomes are removed so long after they came.</param>
    Task<KeyedMatches> MatchAsync(
        string project, TimeSpan within, DateTimeOffset settled, TimeSpan retention, CancellationToken cancellationToken);
}
