using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Ids;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>Queries with a known outcome, out of the file of the query log.</summary>
/// <remarks>
/// What a training from nothing wants is found by going through the log, newest first, so that a window is found without looking at what
/// is older. What is new since a mark is found from the reports behind it, through the index by query id, and from the records behind it
/// whose report came before.
/// </remarks>
public sealed class SqliteAnsweredQueries(QueryDatabase database) : IAnsweredQueries
{
    private const int ReportsAtOnce = 4_096;
    private const int RowsAtOnce = 4_096;
    private const long ScanWindow = 16_384;

    /// <inheritdoc/>
    public Task<QueryMark> GetEndAsync(CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) => new QueryMark(
            connection.ExecuteScalar<long>("SELECT ifnull(max(id), 0) + 1 FROM outcomes"),
            connection.ExecuteScalar<long>("SELECT max((SELECT last FROM swept), ifnull((SELECT first + count - 1 FROM segments ORDER BY first DESC LIMIT 1), 0)) + 1")),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<AnsweredSet> FindAsync(AnsweredRequest request, CancellationToken cancellationToken)
    {
        var found = new AnsweredCollector(request.MaxRows, request.Window);
        await FindAsync(request, found, cancellationToken);
        return new AnsweredSet(request, found.InOrder(), found.Skipped);
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(AnsweredRequest request, CancellationToken cancellationToken)
    {
        if (request.To.ReportOffset <= 1)
            return 0;
        var found = new AnsweredCollector(null, null, isCountOnly: true);
        await FindAsync(request, found, cancellationToken);
        return found.Count;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AnsweredQuery> ReadAsync(AnsweredSet found, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var from = 0; from < found.Keys.Count; from += RowsAtOnce)
        {
            AnsweredKey[] keys = [.. found.Keys.Skip(from).Take(RowsAtOnce)];
            foreach (var query in await database.ReadAsync((connection, _) => Read(connection, keys, found.Request.Projection), cancellationToken))
            {
                if (query is not null)
                    yield return query;
            }
        }
    }

    private async Task FindAsync(AnsweredRequest request, AnsweredCollector found, CancellationToken cancellationToken)
    {
        if (request.From.ReportOffset <= 1)
        {
            // No report was known at the mark, so no query was.
            await ScanAsync(request, from: 0, (probe, _) => probe, found, cancellationToken);
        }
        else
        {
            await FollowAsync(request, found, cancellationToken);
            await ScanAsync(request, request.From.Sequence, (report, known) => report is { } r && r.First < request.From.ReportOffset && !known() ? r : null, found, cancellationToken);
        }
    }

    private static AnsweredQuery?[] Read(SqliteConnection connection, AnsweredKey[] keys, QueryProjection projection)
    {
        var rows = new AnsweredQuery?[keys.Length];
        using var cursor = new SegmentCursor(connection);
        using var value = new SqliteStatement(connection, "SELECT value FROM outcomes WHERE id = ?1");
        foreach (var index in Enumerable.Range(0, keys.Length).OrderBy(index => keys[index].Sequence))
        {
            if (cursor.MoveTo(keys[index].Sequence) is not { } reader)
                continue;
            value.Bind(1, keys[index].ReportOffset);
            if (value.Step())
                rows[index] = new AnsweredQuery(keys[index].Sequence, reader.At, projection.Read(reader), value.Text(0));
            value.Reset();
        }

        return rows;
    }

    /// <summary>Queries whose first report lies between the marks.</summary>
    private async Task FollowAsync(AnsweredRequest request, AnsweredCollector found, CancellationToken cancellationToken)
    {
        for (long? offset = request.From.ReportOffset; offset is not null;)
        {
            var from = offset.Value;
            offset = await database.ReadAsync((connection, recent) => Follow(connection, recent, request, from, found), cancellationToken);
        }
    }

    /// <returns>The offset to go on from; null: that was the last report.</returns>
    private static long? Follow(SqliteConnection connection, RecentIds recent, AnsweredRequest request, long from, AnsweredCollector found)
    {
        var reports = connection.Query<(long Offset, string QueryId)>(
            "SELECT id, query_id FROM outcomes WHERE project = :Project AND id >= :from AND id < :to ORDER BY id LIMIT :ReportsAtOnce",
            new { request.Project, from, to = request.To.ReportOffset, ReportsAtOnce }).AsList();
        using var probe = new ReportProbe(connection, request.Project, request.To.ReportOffset);
        var ids = new List<string>();
        var places = new List<long>();
        foreach (var (offset, queryId) in reports)
        {
            // A correction is not the first that is known of its query.
            if (probe.Find(queryId) is { } both && both.First == offset)
            {
                ids.Add(queryId);
                places.Add(both.Last);
            }
        }

        var newest = new (AnsweredKey Key, string? Lack)?[ids.Count];
        new RecordFinder(connection, request.Project, recent).Find(ids, (index, sequence, reader) =>
        {
            if (sequence < request.To.Sequence && QueryProjection.IsLive(reader))
                newest[index] = (new AnsweredKey(QueryCodes.Encode(reader.At), sequence, places[index]), request.Projection.Lack(reader));
        });
        foreach (var one in newest)
        {
            if (one is { } answered)
                found.Add(answered.Key, answered.Lack);
        }

        return reports.Count < ReportsAtOnce ? null : reports[^1].Offset + 1;
    }

    /// <summary>Goes through the records from a sequence number on, newest first.</summary>
    /// <param name="wanted">Of the reports of a live record and of whether its id was known at the request's begin: the reports
    /// where it is wanted.</param>
    private async Task ScanAsync(
        AnsweredRequest request,
        long from,
        Func<(long First, long Last)?, Func<bool>, (long First, long Last)?> wanted,
        AnsweredCollector found,
        CancellationToken cancellationToken)
    {
        var first = Math.Max(from, await database.ReadAsync((connection, _) => connection.ExecuteScalar<long>("SELECT ifnull(min(first), 1) FROM segments"), cancellationToken));
        var seen = new HashSet<long>();
        for (var until = request.To.Sequence; until > first && !found.IsFull; until -= ScanWindow)
        {
            var start = Math.Max(first, until - ScanWindow);
            var end = until;
            await database.ReadAsync((connection, recent) => Scan(connection, recent, request, start, end, wanted, seen, found), cancellationToken);
        }
    }

    private static bool Scan(
        SqliteConnection connection,
        RecentIds recent,
        AnsweredRequest request,
        long from,
        long until,
        Func<(long First, long Last)?, Func<bool>, (long First, long Last)?> wanted,
        HashSet<long> seen,
        AnsweredCollector found)
    {
        using var scan = new SegmentScan(
            connection,
            """
            WHERE s.origin IN (SELECT id FROM origins WHERE project = ?1)
              AND s.first < ?3 AND s.first >= ifnull((SELECT max(first) FROM segments WHERE first <= ?2), 0)
            ORDER BY s.first
            """);
        using var probe = new ReportProbe(connection, request.Project, request.To.ReportOffset);
        scan.Bind(1, request.Project);
        scan.Bind(2, from);
        scan.Bind(3, until);
        var window = new List<(AnsweredKey Key, long Hash, string? Lack)>();
        var newestAt = long.MinValue;
        while (scan.Read() is { } segment)
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                var sequence = segment.First + reader.Index;
                if (sequence < from || sequence >= until || !QueryProjection.IsLive(reader))
                    continue;
                newestAt = Math.Max(newestAt, QueryCodes.Encode(reader.At));
                if (wanted(probe.Find(reader), () => WasKnown(connection, recent, request, reader.QueryId)) is { } reports)
                    window.Add((new AnsweredKey(QueryCodes.Encode(reader.At), sequence, reports.Last), reader.Hash, request.Projection.Lack(reader)));
            }
        }

        // The newest record of an id is the query; those before it are left out.
        for (var i = window.Count - 1; i >= 0; i--)
        {
            if (seen.Add(window[i].Hash))
                found.Add(window[i].Key, window[i].Lack);
        }

        found.Passed(newestAt);
        return true;
    }

    /// <summary>Whether a live record of an id lies before the request's begin.</summary>
    private static bool WasKnown(SqliteConnection connection, RecentIds recent, AnsweredRequest request, string queryId)
    {
        var known = false;
        new RecordFinder(connection, request.Project, recent).Find(
            [queryId], (_, sequence, reader) => known |= sequence < request.From.Sequence && QueryProjection.IsLive(reader));
        return known;
    }
}
