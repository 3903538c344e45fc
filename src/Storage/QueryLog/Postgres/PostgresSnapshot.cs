using System.Data.Common;
using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The query log in PostgreSQL as of one moment: that of a transaction that the caller opened.</summary>
internal sealed class PostgresSnapshot : ILogSnapshot
{
    // Everything is searched for by an index. A planner that knows no statistics yet of today's partition may think otherwise.
    private const string Begin =
        """
        SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off;
        SELECT day, first FROM log_days ORDER BY day;
        SELECT last FROM log_end
        """;

    private readonly NpgsqlConnection _connection;
    private readonly LogDays _days;
    private readonly PostgresSegments _segments;
    private readonly long _last;

    public PostgresSnapshot(NpgsqlConnection connection, LogNames names)
    {
        _connection = connection;
        using var begun = connection.QueryMultiple(Begin);
        _days = new LogDays(begun.Read<(int, long)>());
        _last = begun.ReadSingle<long>();
        _segments = new PostgresSegments(connection, names, _days);
    }

    /// <inheritdoc/>
    public DbConnection Connection => _connection;

    /// <inheritdoc/>
    public string OutcomesByHash => "outcomes AS o";

    /// <inheritdoc/>
    public int SegmentsAtOnce => 64;

    /// <inheritdoc/>
    public string IsAmong(string parameter) => $"= ANY({parameter})";

    /// <inheritdoc/>
    public (long First, long Last) ReadBounds()
    {
        foreach (var day in _days.From(0))
        {
            if (_connection.ExecuteScalar<long?>("SELECT min(first) FROM segments WHERE day = @day", new { day }) is { } first)
                return (first, _last);
        }

        return (_last + 1, _last);
    }

    /// <inheritdoc/>
    public IEnumerable<Segment> Read(SegmentRange range) => _segments.Read(range);

    /// <inheritdoc/>
    public IEnumerable<Segment> ReadAfter(long sequence) => _segments.ReadAfter(sequence);

    /// <inheritdoc/>
    public IEnumerable<Segment> ReadHolding(IReadOnlyList<long> sequences) => _segments.ReadHolding(sequences);

    /// <inheritdoc/>
    public long? FindNext(IReadOnlyList<(long Origin, long After)> origins) => _connection.ExecuteScalar<long?>(
        """
        SELECT min(s.first) FROM unnest(@ids, @afters) AS o(id, after)
            CROSS JOIN LATERAL (SELECT first FROM segments WHERE origin = o.id AND first > o.after ORDER BY first LIMIT 1) AS s
        """,
        new { ids = origins.Select(origin => origin.Origin).ToArray(), afters = origins.Select(origin => origin.After).ToArray() });

    /// <inheritdoc/>
    public SortedDictionary<long, List<int>> FindCandidates(IReadOnlyList<long> hashes)
    {
        var wanted = new Dictionary<long, List<int>>();
        for (var i = 0; i < hashes.Count; i++)
        {
            if (!wanted.TryGetValue(hashes[i], out var sharing))
                wanted.Add(hashes[i], sharing = []);
            sharing.Add(i);
        }

        var candidates = new SortedDictionary<long, List<int>>();
        foreach (var (hash, sequence) in _connection.Query<(long, long)>(
            "SELECT hash, sequence FROM query_ids WHERE hash = ANY(@hashes)", new { hashes = wanted.Keys.ToArray() }))
            candidates[sequence] = wanted[hash];
        return candidates;
    }

    /// <inheritdoc/>
    public IReportProbe ProbeReports(string project, long before = long.MaxValue) => new PostgresReportProbe(_connection, project, before);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<ReportedOutcome>> ReadReports(string project, IReadOnlyCollection<string> queryIds)
    {
        var all = queryIds.ToDictionary(id => id, _ => new List<ReportedOutcome>(), StringComparer.Ordinal);
        foreach (var (queryId, value, observed, reported) in _connection.Query<(string, string, long?, long)>(
            "SELECT query_id, value, observed_at, reported_at FROM outcomes WHERE hash = ANY(@hashes) AND project = @project ORDER BY "
                + "late DESC, id",
            new { hashes = queryIds.Select(id => QueryHash.Of(project, id)).ToArray(), project }))
        {
            DateTimeOffset? observedAt = observed is { } at ? QueryCodes.DecodeTime(at) : null;
            if (all.TryGetValue(queryId, out var reports))
                reports.Add(new ReportedOutcome(queryId, value, observedAt, QueryCodes.DecodeTime(reported)));
        }

        return all.ToDictionary(pair => pair.Key, IReadOnlyList<ReportedOutcome> (pair) => pair.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<long, string> ReadValues(IReadOnlyList<long> offsets) => _connection.Query<(long Id, string Value)>(
        "SELECT id, value FROM outcomes WHERE id = ANY(@ids)", new { ids = offsets.ToArray() })
            .ToDictionary(row => row.Id, row => row.Value);

    /// <inheritdoc/>
    public IReadOnlyCollection<EntitySegment> FindSegments(
        string project, IReadOnlyList<(long Hash, long Earliest, long Latest)> entities, long from, long end) =>
        _connection.Query<EntitySegment>(
            """
            SELECT DISTINCT s.first AS "First", s.from_at AS "FromAt", s.until_at AS "UntilAt"
            FROM unnest(@hashes, @earliest, @latest) AS w(hash, earliest, latest)
                JOIN keyed_entities AS e ON e.project = @project AND e.hash = w.hash AND e.first < @end
                JOIN segments AS s ON s.day = e.day AND s.first = e.first
            WHERE e.first + s.count > @from AND s.until_at >= w.earliest AND s.from_at <= w.latest
            """,
            new
            {
                project,
                from,
                end,
                hashes = entities.Select(entity => entity.Hash).ToArray(),
                earliest = entities.Select(entity => entity.Earliest).ToArray(),
                latest = entities.Select(entity => entity.Latest).ToArray(),
            }).AsList();
}
