using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Core.Serving;
using Progeny.Storage.Serving;

namespace Progeny.Storage.Feedback;

/// <summary>Outcomes by key and time, in the file of the query log, in which their queries are looked for.</summary>
/// <remarks>
/// An outcome is looked for once in all that was answered within the limit before it. From then on it is compared only with segments
/// behind the place up to which was searched that hold records which are not after it: records that were written late.
/// </remarks>
public sealed class SqliteKeyedOutcomes(QueryDatabase database, TimeProvider time) : IKeyedOutcomes
{
    private const int RowsAtOnce = 50_000;
    private const int SavedAtOnce = 4_000;
    private const int SegmentsAtOnce = 16;

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
            var (searched, end) = await PlacesAsync(project, cancellationToken);
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
                var segments = await SegmentsAsync(project, 0, end, rows.Min(row => row.Earliest), rows[^1].At, cancellationToken);
                receipt += await SearchAsync(project, rows, segments, 0, cancellationToken);
            }
        }

        // By the clock that no leap misleads; before its first look, a minute after the start at most, nothing goes.
        while (database.Age is { } age && await database.WriteAsync(() => database.Keyed.Remove(project, age - retention), cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
        var (waiting, ambiguous) = await CountAsync(project, cancellationToken);
        return new KeyedMatches(receipt, waiting, ambiguous);
    }

    /// <summary>Compares what waits with what was written since the last search.</summary>
    private async Task<OutcomeReceipt> SearchLateAsync(string project, long limit, long searched, long end, CancellationToken cancellationToken)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        var newest = await database.ReadAsync(
            (connection, _) => connection.ExecuteScalar<long?>("SELECT max(at) FROM keyed WHERE project = :project AND query_id IS NULL AND fresh = 0", new { project }),
            cancellationToken);
        if (newest is null || await SegmentsAsync(project, searched, end, long.MinValue, newest.Value, cancellationToken) is not { Count: > 0 } segments)
            return receipt;
        var (at, id) = (segments.Min(segment => segment.FromAt), 0L);
        while (true)
        {
            var rows = await RowsAsync("fresh = 0 AND (at, id) > (:at, :id)", new { project, limit, at, id, RowsAtOnce }, cancellationToken);
            if (rows.Count == 0)
                return receipt;
            receipt += await SearchAsync(project, rows, segments, searched, cancellationToken);
            (at, id) = (rows[^1].At, rows[^1].Id);
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
        using var scan = new SegmentScan(connection, "WHERE s.first = ?1");
        foreach (var (first, _, _) in segments)
        {
            scan.Bind(1, first);
            var segment = scan.Read();
            scan.Reset();
            if (segment is null)
                continue;
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                var at = QueryCodes.Encode(reader.At);
                if (segment.First + reader.Index >= from && QueryProjection.IsLive(reader) && reader.Entity is { } key && matcher.Wants(key, at))
                    matcher.Add(key, at, segment.First + reader.Index, reader.QueryId);
            }
        }

        return true;
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

    private Task<(long Searched, long End)> PlacesAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => connection.QuerySingle<(long, long)>(
            """
            SELECT ifnull((SELECT searched FROM keyed_marks WHERE project = :project), 0), ifnull((SELECT first + count FROM segments ORDER BY first DESC LIMIT 1), 0)
            """,
            new { project }),
        cancellationToken);

    private Task<IReadOnlyList<KeyedRow>> FreshAsync(string project, long limit, DateTimeOffset settled, CancellationToken cancellationToken) =>
        RowsAsync("fresh = 1 AND at <= :settled", new { project, limit, settled = QueryCodes.Encode(settled), RowsAtOnce }, cancellationToken);

    private Task<IReadOnlyList<KeyedRow>> RowsAsync(string which, object parameters, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<KeyedRow> (connection, _) => connection.Query<KeyedRow>(
            $"""
            SELECT id AS Id, key AS Key, at AS At, value AS Value, observed_at AS ObservedAt, max(at - :limit, ifnull(tie + 1, at - :limit)) AS Earliest, tie AS Tie
            FROM keyed WHERE project = :project AND query_id IS NULL AND {which} ORDER BY at, id LIMIT :RowsAtOnce
            """,
            parameters).AsList(),
        cancellationToken);

    /// <summary>The segments of a project within bounds of place and time, the last in time first.</summary>
    private Task<IReadOnlyList<(long First, long FromAt, long UntilAt)>> SegmentsAsync(
        string project, long from, long end, long earliest, long latest, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<(long, long, long)> (connection, _) => connection.Query<(long, long, long)>(
            """
            SELECT first, from_at, until_at FROM segments
            WHERE origin IN (SELECT id FROM origins WHERE project = :project)
              AND first < :end AND first + count > :from AND until_at >= :earliest AND from_at <= :latest
            ORDER BY until_at DESC
            """,
            new { project, from, end, earliest, latest }).AsList(),
        cancellationToken);
}
