using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>Stores outcomes. Each call is one transaction, which is on disk when the call returns.</summary>
internal interface IFeedbackWriter
{
    /// <summary>Stores reports in their order, unless they are known.</summary>
    /// <returns>What each of them changes.</returns>
    Task<IReadOnlyList<OutcomeChange>> ReportAsync(
        string project, IReadOnlyList<ReportedOutcome> reports, CancellationToken cancellationToken);

    /// <summary>Stores outcomes by key and time, unless they are known.</summary>
    Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>Remembers what a search found, and reports the outcomes whose query was found.</summary>
    /// <returns>What each of the reports changes.</returns>
    Task<IReadOnlyList<OutcomeChange>> SaveAsync(
        string project, IReadOnlyList<KeyedRow> rows, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Remembers that all that was searched for was searched for before a place of the log.</summary>
    Task MarkAsync(string project, long searched, CancellationToken cancellationToken);

    /// <summary>Remembers which segments hold answers about which entities.</summary>
    /// <param name="indexed">The place of the log before which all are known.</param>
    Task IndexAsync(
        string project, IReadOnlyCollection<(long Hash, long First)> entities, long indexed, CancellationToken cancellationToken);

    /// <summary>Forgets the entities of segments that are gone.</summary>
    Task ForgetRemovedAsync(string project, CancellationToken cancellationToken);

    /// <summary>Removes a part of the outcomes by key and time that came before a time.</summary>
    /// <returns>Whether there may be more.</returns>
    Task<bool> RemoveAsync(string project, DateTimeOffset before, CancellationToken cancellationToken);
}
