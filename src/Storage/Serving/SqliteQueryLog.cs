using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>The query log in SQLite.</summary>
/// <remarks>
/// Lists and streams go through the log in windows of sequence numbers, so that no read holds its snapshot for long (which would keep
/// the write-ahead log from being folded in) and none sorts more than a window.
/// </remarks>
public sealed class SqliteQueryLog(QueryDatabase database) : IQueryLog
{
    private const int MaxLimit = 1_000;
    private const long FirstListWindow = 4_096;
    private const long LargestListWindow = 1 << 20;
    private const long ServedWindow = 16_384;

    private const string Columns =
        "r.seq, r.at, r.query_id, o.project, o.release, o.generation, o.arm, o.reason, r.entity, r.fields, r.augmented, r.prediction, r.error, r.rules, r.latency";

    private const string OfProject =
        "SELECT id FROM origins WHERE project = :project AND (:release IS NULL OR release = :release) AND (:generation IS NULL OR generation = :generation)";

    /// <inheritdoc/>
    public void Append(IReadOnlyList<QueryBatch> batches)
    {
        var records = new List<QueryRecord>();
        foreach (var batch in batches)
        {
            var reader = new QueryBatchReader(batch);
            while (reader.Read())
                records.Add(reader.ToRecord());
        }

        database.Write(() => database.Records.Append(records));
    }

    /// <inheritdoc/>
    public void Upkeep()
    {
        // Records are kept for good.
    }

    /// <summary>Appends records in one transaction; they are on disk when the call returns.</summary>
    public async Task AppendAsync(IReadOnlyList<QueryRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count > 0)
            await database.WriteAsync(() => database.Records.Append(records), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            using var lookup = new QueryLookup(connection, project);
            if (lookup.Find(queryId) is not { } found)
                return null;
            using var reader = connection.ExecuteReader(
                $"SELECT {Columns} FROM records AS r JOIN origins AS o ON o.id = r.origin WHERE r.seq = :Sequence", new { found.Sequence });
            reader.Read();
            return new LoggedQuery(found.Sequence, RecordRow.Read(reader), found.Attempts, lookup.Outcomes(queryId));
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not between 1 and 1,000.</exception>
    public Task<IReadOnlyList<LoggedQuery>> ListAsync(
        string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"The limit must be between 1 and {MaxLimit:N0}.");
        return database.ReadAsync(connection => List(connection, project, release, generation, before, limit, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServedOutcome> ReadServedAsync(
        string project, string? release, int? generation, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = Math.Max(after, await database.ReadAsync(connection => Bound(connection, "min") - 1, cancellationToken));
        var last = await database.ReadAsync(connection => Bound(connection, "max"), cancellationToken);
        for (; from < last; from += ServedWindow)
        {
            var window = new { project, release, generation, from, until = Math.Min(from + ServedWindow, last) };
            var served = await database.ReadAsync(connection => Served(connection, window), cancellationToken);
            foreach (var item in served)
                yield return item;
        }
    }

    private static IReadOnlyList<LoggedQuery> List(
        SqliteConnection connection, string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken)
    {
        var records = new List<(long Sequence, QueryRecord Record)>(limit);
        var first = Bound(connection, "min");
        var until = Math.Min(before ?? long.MaxValue, Bound(connection, "max") + 1);
        for (var width = FirstListWindow; until > first && records.Count < limit; width = Math.Min(4 * width, LargestListWindow))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = Math.Max(until - width, first);
            using var reader = connection.ExecuteReader(
                $"""
                SELECT {Columns} FROM records AS r JOIN origins AS o ON o.id = r.origin
                WHERE r.seq IN (SELECT seq FROM records WHERE origin IN ({OfProject}) AND seq >= :from AND seq < :until ORDER BY seq DESC LIMIT :rest)
                ORDER BY r.seq DESC
                """,
                new { project, release, generation, from, until, rest = limit - records.Count });
            while (reader.Read())
                records.Add((reader.GetInt64(0), RecordRow.Read(reader)));
            until = from;
        }

        // Once for each id: a client may use one id for everything.
        using var lookup = new QueryLookup(connection, project);
        var known = records.Select(row => row.Record.QueryId).Distinct().ToDictionary(id => id, id => (lookup.Find(id)!.Value.Attempts, Outcomes: lookup.Outcomes(id)));
        return records.ConvertAll(row => new LoggedQuery(row.Sequence, row.Record, known[row.Record.QueryId].Attempts, known[row.Record.QueryId].Outcomes));
    }

    private static List<ServedOutcome> Served(SqliteConnection connection, object window)
    {
        var served = new List<ServedOutcome>();
        using var reader = connection.ExecuteReader(
            $"""
            SELECT seq, release, generation, prediction, outcome
            FROM (
                SELECT r.seq, o.release, o.generation, r.prediction, (
                    SELECT x.value FROM outcomes AS x
                    WHERE x.hash = r.hash AND x.query_id = r.query_id AND x.project = :project
                    ORDER BY x.id DESC LIMIT 1) AS outcome
                FROM records AS r JOIN origins AS o ON o.id = r.origin
                WHERE r.origin IN ({OfProject}) AND r.seq > :from AND r.seq <= :until AND r.prediction IS NOT NULL)
            WHERE outcome IS NOT NULL
            ORDER BY seq
            """,
            window);
        while (reader.Read())
            served.Add(new ServedOutcome(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4)));
        return served;
    }

    private static long Bound(SqliteConnection connection, string which) => connection.ExecuteScalar<long?>($"SELECT {which}(seq) FROM records") ?? 0;
}
