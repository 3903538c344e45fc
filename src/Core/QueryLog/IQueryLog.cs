using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>The query log: every answered query, joined with its outcome.</summary>
public interface IQueryLog
{
    /// <summary>
    /// Writes batches to the journal before the log, on the calling thread; they are on disk when the call returns, and reads that begin
    /// afterwards find them. For one caller at a time. In a cluster there is no journal: they are appended.
    /// </summary>
    /// <exception cref="IOException">They could not be written. They are not in the journal then.</exception>
    /// <exception cref="Abstractions.Common.StorageUnavailableException">The cluster's database does not answer; whether it holds them may
    /// not be known.</exception>
    void Journal(IReadOnlyList<QueryBatch> batches);

    /// <summary>
    /// Appends what is in the journal and these batches, on the calling thread; reads that begin afterwards find them. They are on disk
    /// when the call returns, in a cluster a moment later. After a failure the same batches, with or without others, can be appended again:
    /// each is there once.
    /// </summary>
    void Append(IReadOnlyList<QueryBatch> batches);

    /// <summary>
    /// Removes a part of what is older than it is kept, of the projects that run; called now and then, on the thread that appends.
    /// </summary>
    /// <returns>Whether there may be more to remove.</returns>
    bool Upkeep();

    /// <summary>The newest record with an id and the outcome's history, or null.</summary>
    Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken);

    /// <summary>
    /// The record with an id at a place of the log (<see cref="LoggedQuery.Sequence"/>), where a client used the id again; or null.
    /// </summary>
    Task<LoggedQuery?> FindAtAsync(string project, string queryId, long sequence, CancellationToken cancellationToken);

    /// <summary>The last record with an id in the log's order that holds an answer; where none does, the newest of all; or null.</summary>
    Task<LoggedQuery?> FindAnsweredAsync(string project, string queryId, CancellationToken cancellationToken);

    /// <summary>All records of the request that a record belongs to, in the order of its rows.</summary>
    /// <param name="sequence">The record's place in the log (<see cref="LoggedQuery.Sequence"/>).</param>
    /// <returns>The records and the place of the one among them; empty and -1 where it is not there any more.</returns>
    Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(long sequence, CancellationToken cancellationToken);

    /// <summary>Records of a project, newest first.</summary>
    /// <param name="before">Only records with a sequence number below this; null: from the newest.</param>
    /// <param name="limit">1 to 1,000; there are fewer where <see cref="QueryLogPage.MaxBytes"/> are reached.</param>
    Task<QueryLogPage> ListAsync(
        string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>How much of a project there is.</summary>
    Task<QueryLogExtent> MeasureAsync(string project, CancellationToken cancellationToken);

    /// <summary>
    /// Counts what the arms of a project were asked behind a place in the log, by the project that is asked, whoever the arms belong to.
    /// </summary>
    /// <param name="after">Only records with a sequence number above this.</param>
    /// <returns>The counts, and the place up to which they are.</returns>
    Task<(long Last, IReadOnlyList<ArmRequests> Requests)> CountRequestsAsync(
        string project, long after, CancellationToken cancellationToken);

    /// <summary>Where the log begins for each generation that ever answered for a project.</summary>
    Task<IReadOnlyList<LogStart>> ReadBeginsAsync(string project, CancellationToken cancellationToken);

    /// <summary>
    /// Streams the predictions of a project (one generation of it, where given) whose outcome is known, in the order of the log.
    /// </summary>
    /// <param name="after">Only records with a sequence number above this: 0 for all.</param>
    /// <param name="fields">Fields of the queries that are wanted beside.</param>
    IAsyncEnumerable<ServedOutcome> ReadServedAsync(
        string project, string? release, int? generation, long after, IReadOnlyList<string> fields, CancellationToken cancellationToken);
}
