using System.Data.Common;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Outcomes;
using Progeny.Storage.QueryLog.Sqlite.Ids;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>The query log in SQLite as of one moment.</summary>
/// <param name="recent">What no run of the index by id holds yet, taken before the snapshot began.</param>
internal sealed class SqliteSnapshot(SqliteConnection connection, RecentIds recent) : ILogSnapshot
{
    private const string InRange =
        """
        origin IN (SELECT id FROM origins WHERE project = ?1 AND (?2 IS NULL OR release = ?2) AND (?3 < 0 OR generation = ?3))
            AND first < ?5 AND first >= ifnull((SELECT max(first) FROM segments WHERE first <= ?4), 0)
        """;

    /// <inheritdoc/>
    public DbConnection Connection => connection;

    /// <inheritdoc/>
    public string OutcomesByHash => "outcomes AS o INDEXED BY outcomes_by_hash";

    /// <inheritdoc/>
    public int SegmentsAtOnce => 1;

    /// <inheritdoc/>
    public string IsAmong(string parameter) => $"IN {parameter}";

    /// <inheritdoc/>
    public (long First, long Last) ReadBounds()
    {
        using var select = new SqliteStatement(
            connection,
            """
            SELECT (SELECT min(first) FROM segments),
                max((SELECT last FROM swept), ifnull((SELECT first + count - 1 FROM segments ORDER BY first DESC LIMIT 1), 0))
            """);
        select.Step();
        return (select.IsNull(0) ? select.Int64(1) + 1 : select.Int64(0), select.Int64(1));
    }

    /// <inheritdoc/>
    public IEnumerable<Segment> Read(SegmentRange range)
    {
        // The inner statement reads the index only.
        using var scan = new SegmentScan(
            connection,
            range.Newest is null
                ? $"WHERE s.first IN (SELECT first FROM segments WHERE {InRange}) ORDER BY s.first"
                : $"WHERE s.first IN (SELECT first FROM segments WHERE {InRange} ORDER BY first DESC LIMIT ?6) ORDER BY s.first DESC");
        scan.Bind(1, range.Project);
        scan.Bind(2, range.Release);
        scan.Bind(3, range.Generation ?? -1);
        scan.Bind(4, range.From);
        scan.Bind(5, range.Until);
        if (range.Newest is { } newest)
            scan.Bind(6, newest);
        while (scan.Read() is { } segment)
            yield return segment;
    }

    /// <inheritdoc/>
    public IEnumerable<Segment> ReadAfter(long sequence)
    {
        using var scan = new SegmentScan(connection, "WHERE s.first > ?1 ORDER BY s.first");
        scan.Bind(1, sequence);
        while (scan.Read() is { } segment)
            yield return segment;
    }

    /// <inheritdoc/>
    public IEnumerable<Segment> ReadHolding(IReadOnlyList<long> sequences)
    {
        using var scan = new SegmentScan(connection, "WHERE s.first <= ?1 ORDER BY s.first DESC LIMIT 1");
        var end = long.MinValue;
        foreach (var sequence in sequences)
        {
            if (sequence < end)
                continue;
            scan.Bind(1, sequence);
            var segment = scan.Read();
            scan.Reset();
            if (segment is null || sequence >= segment.End)
                continue;
            end = segment.End;
            yield return segment;
        }
    }

    /// <inheritdoc/>
    public long? FindNext(IReadOnlyList<(long Origin, long After)> origins)
    {
        using var select = new SqliteStatement(connection, "SELECT min(first) FROM segments WHERE origin = ?1 AND first > ?2");
        long? next = null;
        foreach (var (origin, after) in origins)
        {
            select.Bind(1, origin);
            select.Bind(2, after);
            select.Step();
            if (!select.IsNull(0))
                next = Math.Min(next ?? long.MaxValue, select.Int64(0));
            select.Reset();
        }

        return next;
    }

    /// <inheritdoc/>
    public SortedDictionary<long, List<int>> FindCandidates(IReadOnlyList<long> hashes) => new IdSearch(connection, recent).Find(hashes);

    /// <inheritdoc/>
    public IReportProbe ProbeReports(string project, long before = long.MaxValue) => new SqliteReportProbe(connection, project, before);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<ReportedOutcome>> ReadReports(string project, IReadOnlyCollection<string> queryIds)
    {
        using var select = new SqliteStatement(
            connection,
            "SELECT value, observed_at, reported_at FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND query_id = ?2 AND "
                + "project = ?3 ORDER BY late DESC, id");
        var all = new Dictionary<string, IReadOnlyList<ReportedOutcome>>(StringComparer.Ordinal);
        select.Bind(3, project);
        foreach (var queryId in queryIds)
        {
            select.Bind(1, QueryHash.Of(project, queryId));
            select.Bind(2, queryId);
            var reports = new List<ReportedOutcome>();
            while (select.Step())
            {
                DateTimeOffset? observed = select.IsNull(1) ? null : QueryCodes.DecodeTime(select.Int64(1));
                reports.Add(new ReportedOutcome(queryId, select.Text(0), observed, QueryCodes.DecodeTime(select.Int64(2))));
            }

            select.Reset();
            all[queryId] = reports;
        }

        return all;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<long, string> ReadValues(IReadOnlyList<long> offsets)
    {
        using var select = new SqliteStatement(connection, "SELECT value FROM outcomes WHERE id = ?1");
        var values = new Dictionary<long, string>(offsets.Count);
        foreach (var offset in offsets)
        {
            select.Bind(1, offset);
            if (select.Step())
                values[offset] = select.Text(0);
            select.Reset();
        }

        return values;
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<EntitySegment> FindSegments(
        string project, IReadOnlyList<(long Hash, long Earliest, long Latest)> entities, long from, long end)
    {
        var found = new Dictionary<long, EntitySegment>();
        using var select = new SqliteStatement(connection, QueryDatabase.SegmentsOfEntity);
        select.Bind(1, project);
        select.Bind(3, from);
        select.Bind(4, end);
        foreach (var (hash, earliest, latest) in entities)
        {
            select.Bind(2, hash);
            select.Bind(5, earliest);
            select.Bind(6, latest);
            while (select.Step())
                found[select.Int64(0)] = new EntitySegment(select.Int64(0), select.Int64(1), select.Int64(2));
            select.Reset();
        }

        return found.Values;
    }
}
