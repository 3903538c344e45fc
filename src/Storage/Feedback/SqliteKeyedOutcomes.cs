using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>Outcomes by key and time, in the file of the query log, in which their queries are searched for.</summary>
/// <remarks>
/// An outcome is searched for once in all that was answered within the limit before it. From then on it is compared only with segments
/// behind the place up to which was searched that hold records which are not after it: records that were written late. An index says which
/// segments hold answers about an entity; of an entity that was never asked about none is read.
/// </remarks>
public sealed class SqliteKeyedOutcomes(QueryDatabase database, TimeProvider time) : IKeyedOutcomes
{
    private const int RowsAtOnce = 50_000;
    private const int SavedAtOnce = 4_000;
    private const int SegmentsAtOnce = 16;

    /// <summary>The segments behind a place (?3) and before one (?4) with answers about an entity (?2) between two times (?5, ?6).</summary>
    public const string SegmentsOfEntity =
        """
        SELECT s.first, s.from_at, s.until_at FROM keyed_entities AS e CROSS JOIN segments AS s ON s.first = e.first
        WHERE e.project = ?1 AND e.hash = ?2 AND e.first + s.count > ?3 AND e.first < ?4 AND s.until_at >= ?5 AND s.from_at <= ?6
        """;

    /// <inheritdoc/>
    public async Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken)
    {
        foreach (var part in outcomes.Chunk(SavedAtOnce))
        {
            await database.WriteAsync(
                () =>
                {
                    foreach (var outcome in part)
                        database.Keyed.Add(project, outcome);
                    return true;
                },
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<KeyedMatches> MatchAsync(string project, TimeSpan within, DateTimeOffset settled, TimeSpan retention, CancellationToken cancellationToken)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        var limit = within.Ticks / TimeSpan.TicksPerMicrosecond;
        if ((await CountAsync(project, cancellationToken)).Waiting > 0)
        {
            var (searched, indexed, end) = await PlacesAsync(project, cancellationToken);
            await IndexAsync(project, indexed, end, cancellationToken);
            receipt += await SearchLateAsync(project, limit, searched, end, cancellationToken);
            await database.WriteAsync(
                () =>
                {
                    database.Keyed.Mark(project, end);
                    return true;
                },
                cancellationToken);
            for (var rows = await FreshAsync(project, limit, settled, cancellationToken); rows.Count > 0; rows = await FreshAsync(project, limit, settled, cancellationToken))
            {
                var segments = await SegmentsAsync(project, rows, 0, end, cancellationToken);
                receipt += await SearchAsync(project, rows, segments, 0, cancellationToken);
            }

            await database.WriteAsync(
                () =>
                {
                    database.Keyed.ForgetRemoved(project);
                    return true;
                },
                cancellationToken);
        }

        // By the clock that no leap misleads; before its first check, a minute after the start at most, nothing goes.
        while (database.Age is { } age && await database.WriteAsync(() => database.Keyed.Remove(project, age - retention), cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
        var (waiting, ambiguous) = await CountAsync(project, cancellationToken);
        return new KeyedMatches(receipt, waiting, ambiguous);
    }

    /// <summary>Adds the segments that were written since to the index by entity.</summary>
    private async Task IndexAsync(string project, long indexed, long end, CancellationToken cancellationToken)
    {
        var firsts = await database.ReadAsync(
            (connection, _) => connection.Query<long>(
                "SELECT first FROM segments WHERE origin IN (SELECT id FROM origins WHERE project = :project) AND first >= :indexed AND first < :end ORDER BY first",
                new { project, indexed, end }).AsList(),
            cancellationToken);
        foreach (var part in firsts.Chunk(SegmentsAtOnce))
        {
            var entities = new HashSet<(long Hash, long First)>();
            await database.ReadAsync(
                (connection, _) =>
                {
                    Read(connection, part, (segment, reader) =>
                    {
                        if (reader.Entity is { } key)
                            entities.Add((KeyedWriter.HashOf(key), segment.First));
                    });
                    return true;
                },
                cancellationToken);
            await IndexedAsync(entities, part[^1] + 1);
        }

        await IndexedAsync([], end);

        Task<bool> IndexedAsync(IEnumerable<(long Hash, long First)> entities, long to) => database.WriteAsync(
            () =>
            {
                database.Keyed.Index(project, entities, to);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Compares what waits with what was written since the last search, as far as it is about the same entities.</summary>
    private async Task<OutcomeReceipt> SearchLateAsync(string project, long limit, long searched, long end, CancellationToken cancellationToken)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        for (var id = 0L; ;)
        {
            // CROSS JOIN keeps the order: from the new segments to what waits for their entities.
            var rows = await RowsAsync(
                """
                (SELECT DISTINCT hash FROM keyed_entities WHERE project = :project AND first >= :searched) AS written
                CROSS JOIN keyed ON keyed.hash = written.hash AND fresh = 0 AND id > :id
                """,
                "id",
                new { project, limit, searched, id, RowsAtOnce },
                cancellationToken);
            if (rows.Count == 0)
                return receipt;
            if (await SegmentsAsync(project, rows, searched, end, cancellationToken) is { Count: > 0 } segments)
                receipt += await SearchAsync(project, rows, segments, searched, cancellationToken);
            id = rows[^1].Id;
        }
    }

    private async Task<OutcomeReceipt> SearchAsync(
        string project, IReadOnlyList<KeyedRow> rows, IReadOnlyList<(long First, long FromAt, long UntilAt)> segments, long from, CancellationToken cancellationToken)
    {
        var matcher = new KeyedMatcher(rows);
        for (var next = 0; next < segments.Count && !matcher.IsDone; next += SegmentsAtOnce)
        {
            var part = segments.Skip(next).Take(SegmentsAtOnce).ToList();
            await database.ReadAsync((connection, _) => Load(connection, part, from, matcher), cancellationToken);
            matcher.Settle(next + SegmentsAtOnce < segments.Count ? segments[next + SegmentsAtOnce].UntilAt : long.MinValue);
        }

        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        foreach (var part in rows.Chunk(SavedAtOnce))
            receipt += await database.WriteAsync(() => Save(project, part), cancellationToken);
        return receipt;
    }

    private static bool Load(SqliteConnection connection, IReadOnlyList<(long First, long FromAt, long UntilAt)> segments, long from, KeyedMatcher matcher)
    {
        Read(connection, segments.Select(segment => segment.First), (segment, reader) =>
        {
            var at = QueryCodes.Encode(reader.At);
            if (segment.First + reader.Index >= from && reader.Entity is { } key && matcher.Wants(key, at))
                matcher.Add(key, at, segment.First + reader.Index, reader.QueryId);
        });
        return true;
    }

    /// <summary>Reads the live answers of segments.</summary>
    private static void Read(SqliteConnection connection, IEnumerable<long> segments, Action<Segment, QueryBatchReader> read)
    {
        using var scan = new SegmentScan(connection, "WHERE s.first = ?1");
        foreach (var first in segments)
        {
            scan.Bind(1, first);
            var segment = scan.Read();
            scan.Reset();
            if (segment is null)
                continue;
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                if (QueryProjection.IsLive(reader))
                    read(segment, reader);
            }
        }
    }

    private OutcomeReceipt Save(string project, IReadOnlyList<KeyedRow> rows)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        var now = time.GetUtcNow();
        foreach (var row in rows)
        {
            if (row.QueryId is { } queryId)
            {
                receipt += database.Outcomes.Report(project, new ReportedOutcome(queryId, row.Value, QueryCodes.DecodeTime(row.ObservedAt), now) { IsReread = true }) switch
                {
                    OutcomeChange.First => new OutcomeReceipt(1, 0, 0, 0),
                    OutcomeChange.Correction => new OutcomeReceipt(0, 1, 0, 0),
                    OutcomeChange.Late => new OutcomeReceipt(0, 0, 0, 0, 1),
                    _ => new OutcomeReceipt(0, 0, 1, 0),
                };
            }

            database.Keyed.Save(row);
        }

        return receipt;
    }

    private Task<(long Waiting, long Ambiguous)> CountAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.QuerySingle<(long, long)>("SELECT count(*), count(tie) FROM keyed WHERE project = :project AND query_id IS NULL", new { project }),
        cancellationToken);

    private Task<(long Searched, long Indexed, long End)> PlacesAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.QuerySingle<(long, long, long)>(
            """
            SELECT ifnull((SELECT searched FROM keyed_marks WHERE project = :project), 0), ifnull((SELECT indexed FROM keyed_marks WHERE project = :project), 0),
                ifnull((SELECT first + count FROM segments ORDER BY first DESC LIMIT 1), 0)
            """,
            new { project }),
        cancellationToken);

    private Task<IReadOnlyList<KeyedRow>> FreshAsync(string project, long limit, DateTimeOffset settled, CancellationToken cancellationToken) =>
        RowsAsync("keyed", "at, id", new { project, limit, settled = QueryCodes.Encode(settled), RowsAtOnce }, cancellationToken, "fresh = 1 AND at <= :settled");

    private Task<IReadOnlyList<KeyedRow>> RowsAsync(
        string from, string order, object parameters, CancellationToken cancellationToken, string which = "TRUE") => database.ReadAsync(
        IReadOnlyList<KeyedRow> (connection, _) => connection.Query<KeyedRow>(
            $"""
            SELECT id AS Id, key AS Key, at AS At, value AS Value, observed_at AS ObservedAt, max(at - :limit, ifnull(tie + 1, at - :limit)) AS Earliest, tie AS Tie
            FROM {from} WHERE keyed.project = :project AND query_id IS NULL AND {which} ORDER BY {order} LIMIT :RowsAtOnce
            """,
            parameters).AsList(),
        cancellationToken);

    /// <summary>The segments within bounds of place that hold answers about the entities of outcomes, within the time of these; the last in time first.</summary>
    private Task<IReadOnlyList<(long First, long FromAt, long UntilAt)>> SegmentsAsync(
        string project, IReadOnlyList<KeyedRow> rows, long from, long end, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<(long, long, long)> (connection, _) =>
        {
            var found = new Dictionary<long, (long First, long FromAt, long UntilAt)>();
            using var select = new SqliteStatement(connection, SegmentsOfEntity);
            foreach (var entity in rows.GroupBy(row => row.Key))
            {
                select.Bind(1, project);
                select.Bind(2, KeyedWriter.HashOf(entity.Key));
                select.Bind(3, from);
                select.Bind(4, end);
                select.Bind(5, entity.Min(row => row.Earliest));
                select.Bind(6, entity.Max(row => row.At));
                while (select.Step())
                    found[select.Int64(0)] = (select.Int64(0), select.Int64(1), select.Int64(2));
                select.Reset();
            }

            return [.. found.Values.OrderByDescending(segment => segment.UntilAt)];
        },
        cancellationToken);
}
