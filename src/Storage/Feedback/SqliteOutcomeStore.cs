using Dapper;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>Outcomes in the file of the query log.</summary>
public sealed class SqliteOutcomeStore(QueryDatabase database) : IOutcomeStore
{
    // So many take some ten milliseconds, which is as long as others wait for the writer.
    private const int ReportsAtOnce = 500;

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeEntry>> ListAsync(long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<OutcomeEntry> (connection, _) =>
            connection.Query<OutcomeEntry>(
                "SELECT id AS Offset, project AS Project, query_id AS QueryId, value AS Value FROM outcomes WHERE id > :after AND late = 0 ORDER BY id LIMIT :limit",
                new { after, limit }).AsList(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasReportAsync(string project, string queryId, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = :hash AND query_id = :queryId AND project = :project)",
            new { hash = QueryHash.Of(project, queryId), queryId, project }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(string project, DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.ExecuteScalar<long>(
            // Reports lie in the order of their arrival, so only the new ones are checked.
            """
            SELECT count(DISTINCT hash) FROM outcomes
            WHERE project = :project AND late = 0 AND id > ifnull((SELECT id FROM outcomes WHERE reported_at <= :since ORDER BY id DESC LIMIT 1), 0)
            """,
            new { project, since = QueryCodes.Encode(since) }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountFromAsync(string project, long offset, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.ExecuteScalar<long>(
            """
            SELECT count(*) FROM (SELECT DISTINCT hash, query_id FROM outcomes WHERE project = :project AND id >= :offset) AS n
            WHERE NOT EXISTS (
                SELECT 1 FROM outcomes AS o INDEXED BY outcomes_by_hash
                WHERE o.hash = n.hash AND o.late = 0 AND o.id < :offset AND o.query_id = n.query_id AND o.project = :project)
            """,
            new { project, offset }),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<OutcomeReceipt> ReportAsync(string project, IReadOnlyList<ReportedOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (outcomes.Count == 0)
            return new OutcomeReceipt(0, 0, 0, 0);
        var changes = new OutcomeChange[outcomes.Count];
        for (var from = 0; from < changes.Length; from += ReportsAtOnce)
        {
            var (first, end) = (from, Math.Min(from + ReportsAtOnce, changes.Length));
            await database.WriteAsync(
                () =>
                {
                    for (var i = first; i < end; i++)
                        changes[i] = database.Outcomes.Report(project, outcomes[i]);
                    return end;
                },
                cancellationToken);
        }

        // Searching for the queries is left to a reader: the writer has better things to do.
        var changed = outcomes.Where((_, i) => changes[i] != OutcomeChange.None).Select(outcome => outcome.QueryId).ToList();
        var ids = changed.Distinct().ToList();
        var known = await database.ReadAsync(
            (connection, recent) =>
            {
                var found = new HashSet<string>();
                new RecordFinder(connection, project, recent).Find(ids, (index, _, _) => found.Add(ids[index]));
                return found;
            },
            CancellationToken.None);
        var unmatched = changed.Count(id => !known.Contains(id));
        return new OutcomeReceipt(
            changes.Count(change => change == OutcomeChange.First),
            changes.Count(change => change == OutcomeChange.Correction),
            changes.Count(change => change == OutcomeChange.None),
            unmatched,
            changes.Count(change => change == OutcomeChange.Late));
    }
}
