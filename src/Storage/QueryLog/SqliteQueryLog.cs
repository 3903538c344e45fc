using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Ids;

namespace Progeny.Storage.QueryLog;

/// <summary>The query log in SQLite.</summary>
/// <remarks>
/// Lists and streams go through the log in windows of sequence numbers, so that no read holds its snapshot for long (which would keep
/// the write-ahead log from being folded in) and none sorts more than a window.
/// </remarks>
/// <param name="running">The projects whose old records are removed; null: all.</param>
public sealed class SqliteQueryLog(QueryDatabase database, TimeProvider time, RetentionScope? running = null, ILogger<SqliteQueryLog>? logger = null) : IQueryLog
{
    private const int MaxLimit = 1_000;
    private const long FirstListWindow = 4_096;
    private const long LargestListWindow = 1 << 20;
    private const long ServedWindow = 16_384;

    private const string OfProject =
        "SELECT id FROM origins WHERE project = ?1 AND (?2 IS NULL OR release = ?2) AND (?3 < 0 OR generation = ?3)";

    private readonly RetentionClock age = new(time, logger);
    private readonly RetentionScope running = running ?? RetentionScope.All;

    /// <inheritdoc/>
    public void Journal(IReadOnlyList<QueryBatch> batches) => database.Journal(batches);

    /// <inheritdoc/>
    public void Append(IReadOnlyList<QueryBatch> batches) => database.Append(batches);

    /// <inheritdoc/>
    public bool Upkeep() => database.Sweep(age, running);

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
    public Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(long sequence, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) =>
        {
            using var scan = new SegmentScan(connection, "WHERE s.first <= ?1 ORDER BY s.first DESC LIMIT 1");
            scan.Bind(1, sequence);
            return scan.Read() is { } segment && sequence < segment.End ? SegmentRecords.Request(segment, (int)(sequence - segment.First)) : ([], -1);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not between 1 and 1,000.</exception>
    public Task<QueryLogPage> ListAsync(
        string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"The limit must be between 1 and {MaxLimit:N0}.");
        return database.ReadAsync(
            (connection, recent) =>
            {
                var (records, isCut) = List(connection, project, release, generation, before, limit, cancellationToken);
                return new QueryLogPage(Join(connection, recent, project, records), isCut);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueryLogExtent> MeasureAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, _) =>
        {
            var (records, first, last) = connection.QuerySingle<(long, long?, long?)>(
                "SELECT ifnull(sum(count), 0), min(from_at), max(until_at) FROM segments WHERE origin IN (SELECT id FROM origins WHERE project = :project)", new { project });
            return new QueryLogExtent(records, Time(first), Time(last));
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<(long Last, IReadOnlyList<ArmRequests> Requests)> CountRequestsAsync(string project, long after, CancellationToken cancellationToken)
    {
        var (first, last) = await database.ReadAsync((connection, _) => Bounds(connection), cancellationToken);
        var counts = new RequestCounts();
        for (var from = Math.Max(after + 1, first); from <= last; from += ServedWindow)
        {
            var until = Math.Min(from + ServedWindow - 1, last);
            await database.ReadAsync((connection, _) => Count(connection, project, from, until, counts), cancellationToken);
        }

        return (Math.Max(after, last), counts.ToList());
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogStart>> ReadBeginsAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<LogStart> (connection, _) =>
        {
            var end = connection.ExecuteScalar<long>(
                "SELECT max((SELECT last FROM swept), ifnull((SELECT first + count - 1 FROM segments ORDER BY first DESC LIMIT 1), 0)) + 1");
            return
            [
                .. connection.Query<(string Owner, string Release, int Generation, long? First, long? At)>(
                    """
                    SELECT o.owner, o.release, o.generation, (SELECT min(first) FROM segments WHERE origin = o.id), (SELECT min(from_at) FROM segments WHERE origin = o.id)
                    FROM origins AS o WHERE o.project = :project
                    """,
                    new { project }).Select(row => new LogStart(project, new GenerationReference(row.Owner, row.Release, row.Generation), row.First ?? end, Time(row.At))),
            ];
        },
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServedOutcome> ReadServedAsync(
        string project, string? release, int? generation, long after, IReadOnlyList<string> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (first, last) = await database.ReadAsync((connection, _) => Bounds(connection), cancellationToken);
        for (var from = Math.Max(after + 1, first); from <= last; from += ServedWindow)
        {
            var until = Math.Min(from + ServedWindow - 1, last);
            var served = await database.ReadAsync((connection, _) => Served(connection, project, release, generation, from, until, fields), cancellationToken);
            foreach (var item in served)
                yield return item;
        }
    }

    private Task<LoggedQuery?> FindAsync(string project, string queryId, Func<QueryLookup, FoundQuery?> find, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, recent) =>
        {
            using var lookup = new QueryLookup(connection, project, recent);
            return find(lookup) is { } found
                ? new LoggedQuery(found.Sequence, found.Record, found.Attempts, lookup.Outcomes(queryId)) { Others = found.Others }
                : null;
        },
        cancellationToken);

    /// <summary>The newest records below a sequence number, newest first, and whether there may be more.</summary>
    private static (List<(long Sequence, QueryRecord Record)> Records, bool IsCut) List(
        SqliteConnection connection, string project, string? release, int? generation, long? before, int limit, CancellationToken cancellationToken)
    {
        var records = new List<(long Sequence, QueryRecord Record)>();
        var bytes = 0L;
        var (first, last) = Bounds(connection);
        var until = Math.Min(before ?? long.MaxValue, last + 1);
        using var scan = new SegmentScan(
            connection,
            $"""
            WHERE s.first IN (
                SELECT first FROM segments WHERE origin IN ({OfProject}) AND first < ?5 AND first >= ifnull((SELECT max(first) FROM segments WHERE first <= ?4), 0)
                ORDER BY first DESC LIMIT ?6)
            ORDER BY s.first DESC
            """);
        BindProject(scan, project, release, generation);
        for (var width = FirstListWindow; until > first && records.Count < limit; width = Math.Min(4 * width, LargestListWindow))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = Math.Max(until - width, first);
            scan.Bind(4, from);
            scan.Bind(5, until);
            scan.Bind(6, limit - records.Count);
            while (records.Count < limit && scan.Read() is { } segment)
            {
                foreach (var record in SegmentRecords.Newest(segment, from, until, limit - records.Count))
                {
                    bytes += QueryLogPage.BytesOf(record.Record);
                    if (bytes > QueryLogPage.MaxBytes && records.Count > 0)
                        return (records, true);
                    records.Add(record);
                }
            }

            scan.Reset();
            until = from;
        }

        return (records, records.Count == limit);
    }

    private static IReadOnlyList<LoggedQuery> Join(
        SqliteConnection connection, RecentIds recent, string project, List<(long Sequence, QueryRecord Record)> records)
    {
        // Once for each id: a client may use one id for everything.
        using var lookup = new QueryLookup(connection, project, recent);
        var known = records.Select(row => row.Record.QueryId).Distinct().ToDictionary(id => id, id => (Attempts: lookup.Attempts(id), Outcomes: lookup.Outcomes(id)));
        return records.ConvertAll(row =>
            new LoggedQuery(row.Sequence, row.Record, Math.Max(1, known[row.Record.QueryId].Attempts), known[row.Record.QueryId].Outcomes));
    }

    private static List<ServedOutcome> Served(
        SqliteConnection connection, string project, string? release, int? generation, long from, long until, IReadOnlyList<string> fields)
    {
        var served = new List<ServedOutcome>();
        using var scan = Between(connection, project, release, generation, from, until);
        using var outcomes = new OutcomeProbe(connection, project);
        while (scan.Read() is { } segment)
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                var sequence = segment.First + reader.Index;
                if (sequence < from || sequence > until || reader.Failed || outcomes.Find(reader) is not { } outcome)
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

        return served;
    }

    private static long Count(SqliteConnection connection, string project, long from, long until, RequestCounts counts)
    {
        using var scan = Between(connection, project, null, null, from, until);
        while (scan.Read() is { } segment)
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                if (reader.IsFirstOfRequest && segment.First + reader.Index >= from && segment.First + reader.Index <= until)
                    counts.Add(segment.Batch.Generation, reader.Arm, reader.Reason, reader.Failed);
            }
        }

        return until;
    }

    /// <summary>The segments of a project in which there are records between two places.</summary>
    private static SegmentScan Between(SqliteConnection connection, string project, string? release, int? generation, long from, long until)
    {
        var scan = new SegmentScan(
            connection,
            $"""
            WHERE s.origin IN ({OfProject}) AND s.first <= ?5 AND s.first >= ifnull((SELECT max(first) FROM segments WHERE first <= ?4), 0)
            ORDER BY s.first
            """);
        BindProject(scan, project, release, generation);
        scan.Bind(4, from);
        scan.Bind(5, until);
        return scan;
    }

    private static DateTimeOffset? Time(long? value) => value is { } known ? QueryCodes.DecodeTime(known) : null;

    private static void BindProject(SegmentScan scan, string project, string? release, int? generation)
    {
        scan.Bind(1, project);
        scan.Bind(2, release);
        scan.Bind(3, generation ?? -1);
    }

    private static (long First, long Last) Bounds(SqliteConnection connection) => connection.QuerySingle<(long, long)>(
        "SELECT ifnull((SELECT min(first) FROM segments), 1), ifnull((SELECT first + count - 1 FROM segments ORDER BY first DESC LIMIT 1), 0)");
}
