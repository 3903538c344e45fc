using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Finds reports in PostgreSQL, those of many queries at once.</summary>
internal sealed class PostgresReportProbe(NpgsqlConnection connection, string project, long before) : IReportProbe
{
    private readonly Dictionary<long, List<(string QueryId, long First, long Last, string Value)>> _reports = [];

    /// <inheritdoc/>
    public void Load(IReadOnlyList<Segment> segments)
    {
        var hashes = new HashSet<long>();
        foreach (var segment in segments)
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
                hashes.Add(reader.Hash);
        }

        Load(hashes);
    }

    /// <inheritdoc/>
    public void Load(IReadOnlyCollection<string> queryIds) => Load(queryIds.Select(id => QueryHash.Of(project, id)).ToHashSet());

    /// <inheritdoc/>
    public (long First, long Last)? Find(string queryId) =>
        Find(QueryHash.Of(project, queryId), queryId) is { } found ? (found.First, found.Last) : null;

    /// <inheritdoc/>
    public (long First, long Last)? Find(QueryBatchReader reader) => Read(reader) is { } found ? (found.First, found.Last) : null;

    /// <inheritdoc/>
    public string? FindValue(QueryBatchReader reader) => Read(reader)?.Value;

    public void Dispose() => _reports.Clear();

    private void Load(HashSet<long> hashes)
    {
        _reports.Clear();
        foreach (var (hash, queryId, first, last, value) in connection.Query<(long, string, long, long, string)>(
            """
            SELECT r.hash, r.query_id, r.first, r.last, o.value
            FROM (SELECT hash, query_id, min(id) AS first, max(id) AS last FROM outcomes
                WHERE hash = ANY(@hashes) AND late = 0 AND id < @before AND project = @project GROUP BY hash, query_id) AS r
                JOIN outcomes AS o ON o.id = r.last
            """,
            new { hashes = hashes.ToArray(), before, project }))
        {
            if (!_reports.TryGetValue(hash, out var sharing))
                _reports.Add(hash, sharing = []);
            sharing.Add((queryId, first, last, value));
        }
    }

    private (string QueryId, long First, long Last, string Value)? Read(QueryBatchReader reader)
    {
        // Most records have no outcome yet, and their id need not be made a text to know it.
        var hash = reader.Hash;
        return _reports.ContainsKey(hash) ? Find(hash, reader.QueryId) : null;
    }

    private (string QueryId, long First, long Last, string Value)? Find(long hash, string queryId)
    {
        foreach (var report in _reports.GetValueOrDefault(hash) ?? [])
        {
            if (report.QueryId == queryId)
                return report;
        }

        return null;
    }
}
