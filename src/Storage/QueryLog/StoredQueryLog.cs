using System.Runtime.CompilerServices;
using Dapper;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>The query log in a database: how it is read. Each database has its own way to write it.</summary>
/// <remarks>
/// Lists and streams go through the log in windows of sequence numbers, so that no read holds its snapshot for long (which would keep
/// the database from cleaning up behind it) and none sorts more than a window.
/// </remarks>
public abstract class StoredQueryLog : IQueryLog
{
    private const int MaxLimit = 1_000;
    private const long FirstListWindow = 4_096;
    private const long LargestListWindow = 1 << 20;
    private const long ServedWindow = 16_384;

    private readonly QueryStore _store;

    private protected StoredQueryLog(QueryStore store) => _store = store;

    /// <inheritdoc/>
    public abstract void Journal(IReadOnlyList<QueryBatch> batches);

    /// <inheritdoc/>
    public abstract void Append(IReadOnlyList<QueryBatch> batches);

    /// <inheritdoc/>
    public abstract bool Upkeep();

    /// <inheritdoc/>
    public Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken) =>
        FindAsync(project, queryId, lookup => lookup.Find(queryId), cancellationToken);

    /// <inheritdoc/>
    public Task<LoggedQuery?> FindAtAsync(string project, string queryId, long sequence, CancellationToken cancellationToken) =>
        FindAsync(project, queryId, lookup => lookup.FindAt(queryId, sequence), cancellationToken);

    /// <inheritdoc/>
    public Task<LoggedQuery?> FindAnsweredAsync(string project, string queryId, CancellationToken cancellationToken) =>
        FindAsync(project, queryId, lookup => lookup.FindAnswered(queryId), cancellationToken);

    /// <inheritdoc/>
    public Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(long sequence, CancellationToken cancellationToken) =>
        _store.ReadAsync(
        snapshot =>
            snapshot.ReadHolding([sequence]).FirstOrDefault() is { } segment
                ? SegmentRecords.Request(segment, (int)(sequence - segment.First))
                : ([], -1),
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not between 1 and 1,000.</exception>
    public Task<QueryLogPage> ListAsync(
        string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"The limit must be between 1 and {MaxLimit:N0}.");
        return _store.ReadAsync(
            snapshot =>
            {
                var (records, isCut) = List(snapshot, project, release, generation, before, limit, cancellationToken);
                return new QueryLogPage(Join(snapshot, project, records), isCut);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueryLogExtent> MeasureAsync(string project, CancellationToken cancellationToken) => _store.ReadAsync(
        snapshot =>
        {
            var (records, first, last) = snapshot.Connection.QuerySingle<(long, long?, long?)>(
                "SELECT coalesce(sum(count), 0), min(from_at), max(until_at) FROM segments WHERE origin IN (SELECT id FROM origins WHERE "
                    + "project = @project)", new { project });
            return new QueryLogExtent(records, Time(first), Time(last));
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<(long Last, IReadOnlyList<ArmRequests> Requests)> CountRequestsAsync(
        string project, long after, CancellationToken cancellationToken)
    {
        var (first, last) = await _store.ReadAsync(snapshot => snapshot.ReadBounds(), cancellationToken);
        var counts = new RequestCounts();
        for (var from = Math.Max(after + 1, first); from <= last; from += ServedWindow)
        {
            var until = Math.Min(from + ServedWindow, last + 1);
            await _store.ReadAsync(snapshot => Count(snapshot, project, from, until, counts), cancellationToken);
        }

        return (Math.Max(after, last), counts.ToList());
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogStart>> ReadBeginsAsync(string project, CancellationToken cancellationToken) => _store.ReadAsync(
        IReadOnlyList<LogStart> (snapshot) =>
        {
            var end = snapshot.ReadBounds().Last + 1;
            return
            [
                .. snapshot.Connection.Query<(string Owner, string Release, int Generation, long? First, long? At)>(
                    """
                    SELECT o.owner, o.release, o.generation, (SELECT min(first) FROM segments WHERE origin = o.id), (SELECT min(from_at) FROM segments WHERE origin = o.id)
                    FROM origins AS o WHERE o.project = @project
                    """,
                    new { project })
                        .Select(row =>
                            new LogStart(
                                project, new GenerationReference(row.Owner, row.Release, row.Generation), row.First ?? end, Time(row.At))),
            ];
        },
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServedOutcome> ReadServedAsync(
        string project,
        string? release,
        int? generation,
        long after,
        IReadOnlyList<string> fields,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (first, last) = await _store.ReadAsync(snapshot => snapshot.ReadBounds(), cancellationToken);
        for (var from = Math.Max(after + 1, first); from <= last; from += ServedWindow)
        {
            var range = new SegmentRange(
                project, from, Math.Min(from + ServedWindow, last + 1)) { Release = release, Generation = generation };
            var served = await _store.ReadAsync(snapshot => Served(snapshot, range, fields), cancellationToken);
            foreach (var item in served)
                yield return item;
        }
    }

    private Task<LoggedQuery?> FindAsync(
        string project, string queryId, Func<QueryLookup, FoundQuery?> find, CancellationToken cancellationToken) => _store.ReadAsync(
        snapshot => find(new QueryLookup(snapshot, project)) is { } found
            ? new LoggedQuery(
                found.Sequence, found.Record, found.Attempts, snapshot.ReadReports(project, [queryId])[queryId]) { Others = found.Others }
            : null,
        cancellationToken);

    /// <summary>The newest records below a sequence number, newest first, and whether there may be more.</summary>
    private static (List<(long Sequence, QueryRecord Record)> Records, bool IsCut) List(
        ILogSnapshot snapshot,
        string project,
        string? release,
        int? generation,
        long? before,
        int limit,
        CancellationToken cancellationToken)
    {
        var records = new List<(long Sequence, QueryRecord Record)>();
        var bytes = 0L;
        var (first, last) = snapshot.ReadBounds();
        var until = Math.Min(before ?? long.MaxValue, last + 1);
        for (var width = FirstListWindow; until > first && records.Count < limit; width = Math.Min(4 * width, LargestListWindow))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var range = new SegmentRange(
                project,
                Math.Max(until - width, first),
                until) { Release = release, Generation = generation, Newest = limit - records.Count };
            foreach (var segment in snapshot.Read(range))
            {
                foreach (var record in SegmentRecords.Newest(segment, range.From, until, limit - records.Count))
                {
                    bytes += QueryLogPage.BytesOf(record.Record);
                    if (bytes > QueryLogPage.MaxBytes && records.Count > 0)
                        return (records, true);
                    records.Add(record);
                }

                if (records.Count == limit)
                    break;
            }

            until = range.From;
        }

        return (records, records.Count == limit);
    }

    private static IReadOnlyList<LoggedQuery> Join(ILogSnapshot snapshot, string project, List<(long Sequence, QueryRecord Record)> records)
    {
        // Once for each id: a client may use one id for everything.
        var ids = records.Select(row => row.Record.QueryId).Distinct(StringComparer.Ordinal).ToList();
        var attempts = new int[ids.Count];
        new RecordFinder(snapshot, project).Find(ids, (index, _, _) => attempts[index]++);
        var attemptsOf = ids.Zip(attempts).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var reports = snapshot.ReadReports(project, ids);
        return records.ConvertAll(row =>
            new LoggedQuery(row.Sequence, row.Record, Math.Max(1, attemptsOf[row.Record.QueryId]), reports[row.Record.QueryId]));
    }

    private static List<ServedOutcome> Served(ILogSnapshot snapshot, SegmentRange range, IReadOnlyList<string> fields)
    {
        var served = new List<ServedOutcome>();
        using var reports = snapshot.ProbeReports(range.Project);
        foreach (var part in snapshot.Read(range).InParts(snapshot.SegmentsAtOnce))
        {
            reports.Load(part);
            foreach (var segment in part)
            {
                var reader = new QueryBatchReader(segment.Batch);
                while (reader.Read())
                {
                    var sequence = segment.First + reader.Index;
                    if (sequence < range.From || sequence >= range.Until || reader.Failed || reports.FindValue(reader) is not { } outcome)
                        continue;
                    var owner = segment.Batch.Generation;
                    served.Add(new ServedOutcome(sequence, owner.Release, owner.Generation, reader.ReadPrediction(), outcome)
                    {
                        Owner = owner.Project,
                        Reason = reader.Reason,
                        Hash = reader.Hash,
                        Fields = fields.Count == 0 ? [] : [.. fields.Select(reader.FieldText)],
                    });
                }
            }
        }

        return served;
    }

    private static long Count(ILogSnapshot snapshot, string project, long from, long until, RequestCounts counts)
    {
        foreach (var segment in snapshot.Read(new SegmentRange(project, from, until)))
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                if (reader.IsFirstOfRequest && segment.First + reader.Index >= from && segment.First + reader.Index < until)
                    counts.Add(segment.Batch.Generation, reader.Arm, reader.Reason, reader.Failed);
            }
        }

        return until;
    }

    private static DateTimeOffset? Time(long? value) => value is { } known ? QueryCodes.DecodeTime(known) : null;
}
