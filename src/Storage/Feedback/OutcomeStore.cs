using Dapper;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>Outcomes beside the query log.</summary>
public sealed class OutcomeStore(QueryStore store, ErasureMarks? erased = null) : IOutcomeStore
{
    // So many take some ten milliseconds, which is as long as others wait for the writer.
    private const int ReportsAtOnce = 500;

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeEntry>> ListAsync(long after, int limit, CancellationToken cancellationToken) => store.ReadAsync(
        IReadOnlyList<OutcomeEntry> (snapshot) =>
            snapshot.Connection.Query<OutcomeEntry>(
                "SELECT id AS Offset, project AS Project, query_id AS QueryId, value AS Value FROM outcomes WHERE id > @after AND late = "
                    + "0 ORDER BY id LIMIT @limit",
                new { after, limit }).AsList(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasReportAsync(string project, string queryId, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot => snapshot.ReadReports(project, [queryId])[queryId].Count > 0, cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(string project, DateTimeOffset since, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot => snapshot.Connection.ExecuteScalar<long>(
            // Reports lie in the order of their arrival, so only the new ones are checked.
            """
            SELECT count(DISTINCT hash) FROM outcomes
            WHERE project = @project AND late = 0 AND id > coalesce((SELECT id FROM outcomes WHERE reported_at <= @since ORDER BY id DESC LIMIT 1), 0)
            """,
            new { project, since = QueryCodes.Encode(since) }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountFromAsync(string project, long offset, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot => snapshot.Connection.ExecuteScalar<long>(
            $"""
            SELECT count(*) FROM (SELECT DISTINCT hash, query_id FROM outcomes WHERE project = @project AND id >= @offset) AS n
            WHERE NOT EXISTS (
                SELECT 1 FROM {snapshot.OutcomesByHash}
                WHERE o.hash = n.hash AND o.late = 0 AND o.id < @offset AND o.query_id = n.query_id AND o.project = @project)
            """,
            new { project, offset }),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<OutcomeReceipt> ReportAsync(
        string project, IReadOnlyList<ReportedOutcome> outcomes, CancellationToken cancellationToken)
    {
        var given = outcomes.Count;
        if (erased is not null && given > 0)
            outcomes = await erased.KeepOthersAsync(
                project, outcomes, outcome => erased.OfQuery(project, outcome.QueryId), cancellationToken);
        if (outcomes.Count == 0)
            return new OutcomeReceipt(0, 0, 0, 0) { Erased = given };
        var changes = new List<OutcomeChange>(outcomes.Count);
        foreach (var part in outcomes.Chunk(ReportsAtOnce))
            changes.AddRange(await store.Feedback.ReportAsync(project, part, cancellationToken));

        // Searching for the queries is left to a reader: others wait for the writer.
        var changed = outcomes.Where((_, i) => changes[i] != OutcomeChange.None).Select(outcome => outcome.QueryId).ToList();
        var ids = changed.Distinct().ToList();
        var known = await store.ReadAsync(
            snapshot =>
            {
                var found = new HashSet<string>();
                new RecordFinder(snapshot, project).Find(ids, (index, _, _) => found.Add(ids[index]));
                return found;
            },
            CancellationToken.None);
        var unmatched = changed.Count(id => !known.Contains(id));
        return OutcomeChanges.Count(changes, unmatched) with { Erased = given - outcomes.Count };
    }
}
