using System.Runtime.CompilerServices;
using Dapper;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;

namespace Progeny.Storage.Feedback;

/// <summary>Queries with a known outcome, out of the query log.</summary>
/// <remarks>
/// What a training from nothing wants is found by going through the log, newest first, so that a window is found without looking at what
/// is older. What is new since a mark is found from the reports behind it, through the index by query id, and from the records behind it
/// whose report came before.
/// </remarks>
public sealed class AnsweredQueries(QueryStore store) : IAnsweredQueries
{
    private const int ReportsAtOnce = 4_096;
    private const int RowsAtOnce = 4_096;
    private const long ScanWindow = 16_384;

    /// <inheritdoc/>
    public Task<QueryMark> GetEndAsync(CancellationToken cancellationToken) => store.ReadAsync(
        snapshot => new QueryMark(
            snapshot.Connection.ExecuteScalar<long>("SELECT coalesce(max(id), 0) + 1 FROM outcomes"), snapshot.ReadBounds().Last + 1),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<AnsweredSet> FindAsync(AnsweredRequest request, CancellationToken cancellationToken)
    {
        var found = new AnsweredCollector(request.MaxRows, request.Window) { FromAt = request.FromAt };
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
            foreach (var query in await store.ReadAsync(
                snapshot => Read(
                    snapshot,
                    keys,
                    (reader, key, value) => new AnsweredQuery(key.Sequence, reader.At, found.Request.Projection.Read(reader), value)),
                cancellationToken))
                yield return query;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<AnsweredRecord>> ReadRecordsAsync(
        AnsweredSet found, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var from = 0; from < found.Keys.Count; from += RowsAtOnce)
        {
            AnsweredKey[] keys = [.. found.Keys.Skip(from).Take(RowsAtOnce)];
            yield return await store.ReadAsync(
                snapshot => Read(
                    snapshot, keys, (reader, key, value) => new AnsweredRecord(key.Sequence, reader.ToRecord(), value)),
                cancellationToken);
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
            await ScanAsync(
                request,
                request.From.Sequence,
                (report, known) => report is { } r && r.First < request.From.ReportOffset && !known() ? r : null,
                found,
                cancellationToken);
        }
    }

    /// <summary>Reads queries in the order of the keys; those that are gone are left out.</summary>
    private static List<T> Read<T>(ILogSnapshot snapshot, AnsweredKey[] keys, Func<QueryBatchReader, AnsweredKey, string, T> make)
        where T : class
    {
        var rows = new T?[keys.Length];
        var order = Enumerable.Range(0, keys.Length).OrderBy(index => keys[index].Sequence).ToArray();
        var values = snapshot.ReadValues(Array.ConvertAll(keys, key => key.ReportOffset));
        using var cursor = new SegmentCursor(snapshot.ReadHolding(Array.ConvertAll(order, index => keys[index].Sequence)));
        foreach (var index in order)
        {
            if (cursor.MoveTo(keys[index].Sequence) is { } reader && values.TryGetValue(keys[index].ReportOffset, out var value))
                rows[index] = make(reader, keys[index], value);
        }

        return [.. rows.OfType<T>()];
    }

    /// <summary>Queries whose first report lies between the marks.</summary>
    private async Task FollowAsync(AnsweredRequest request, AnsweredCollector found, CancellationToken cancellationToken)
    {
        for (long? offset = request.From.ReportOffset; offset is not null;)
        {
            var from = offset.Value;
            offset = await store.ReadAsync(snapshot => Follow(snapshot, request, from, found), cancellationToken);
        }
    }

    /// <returns>The offset to go on from; null: that was the last report.</returns>
    private static long? Follow(ILogSnapshot snapshot, AnsweredRequest request, long from, AnsweredCollector found)
    {
        var reports = snapshot.Connection.Query<(long Offset, string QueryId)>(
            "SELECT id, query_id FROM outcomes WHERE project = @Project AND id >= @from AND id < @to ORDER BY id LIMIT @ReportsAtOnce",
            new { request.Project, from, to = request.To.ReportOffset, ReportsAtOnce }).AsList();
        using var probe = snapshot.ProbeReports(request.Project, request.To.ReportOffset);
        probe.Load(reports.ConvertAll(report => report.QueryId));
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
        new RecordFinder(snapshot, request.Project).Find(ids, (index, sequence, reader) =>
        {
            if (sequence < request.To.Sequence && QueryProjection.IsLive(reader))
                newest[index] = (new AnsweredKey(QueryCodes.Encode(reader.At), sequence, places[index]), request.Projection.Lack(reader));
        });
        foreach (var one in newest)
        {
            if (one is { } answered && request.Covers(QueryCodes.DecodeTime(answered.Key.At)))
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
        var first = Math.Max(from, await store.ReadAsync(snapshot => snapshot.ReadBounds().First, cancellationToken));
        var seen = new HashSet<long>();
        for (var until = request.To.Sequence; until > first && !found.IsFull; until -= ScanWindow)
        {
            var start = Math.Max(first, until - ScanWindow);
            var end = until;
            await store.ReadAsync(snapshot => Scan(snapshot, request, start, end, wanted, seen, found), cancellationToken);
        }
    }

    private static bool Scan(
        ILogSnapshot snapshot,
        AnsweredRequest request,
        long from,
        long until,
        Func<(long First, long Last)?, Func<bool>, (long First, long Last)?> wanted,
        HashSet<long> seen,
        AnsweredCollector found)
    {
        using var probe = snapshot.ProbeReports(request.Project, request.To.ReportOffset);
        var window = new List<(AnsweredKey Key, long Hash, string? Lack)>();
        var newestAt = long.MinValue;
        foreach (var part in snapshot.Read(new SegmentRange(request.Project, from, until)).InParts(snapshot.SegmentsAtOnce))
        {
            probe.Load(part);
            foreach (var segment in part)
            {
                var reader = new QueryBatchReader(segment.Batch);
                while (reader.Read())
                {
                    var sequence = segment.First + reader.Index;
                    if (sequence < from || sequence >= until || !QueryProjection.IsLive(reader))
                        continue;
                    newestAt = Math.Max(newestAt, QueryCodes.Encode(reader.At));
                    if (wanted(probe.Find(reader), () => WasKnown(snapshot, request, reader.QueryId)) is { } reports)
                        window.Add(
                            (new AnsweredKey(QueryCodes.Encode(reader.At), sequence, reports.Last), reader.Hash, request.Projection.Lack(
                                reader)));
                }
            }
        }

        // The newest record of an id is the query; those before it are left out.
        for (var i = window.Count - 1; i >= 0; i--)
        {
            if (seen.Add(window[i].Hash) && request.Covers(QueryCodes.DecodeTime(window[i].Key.At)))
                found.Add(window[i].Key, window[i].Lack);
        }

        found.Passed(newestAt);
        return true;
    }

    /// <summary>Whether a live record of an id lies before the request's begin.</summary>
    private static bool WasKnown(ILogSnapshot snapshot, AnsweredRequest request, string queryId)
    {
        var known = false;
        new RecordFinder(snapshot, request.Project).Find(
            [queryId], (_, sequence, reader) => known |= sequence < request.From.Sequence && QueryProjection.IsLive(reader));
        return known;
    }
}
