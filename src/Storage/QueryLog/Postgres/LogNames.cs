using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The origins and layouts of segments by their ids in the database, as far as this process has met them. Thread-safe.</summary>
internal sealed class LogNames
{
    private readonly ConcurrentDictionary<Origin, long> _idsOfOrigins = new();
    private readonly ConcurrentDictionary<long, Origin> _origins = new();
    private readonly ConditionalWeakTable<QueryLayout, object> _idsOfLayouts = [];
    private readonly ConcurrentDictionary<long, QueryLayout> _layouts = new();

    /// <summary>The id of a batch's origin, which is stored where it is new.</summary>
    public long OriginOf(NpgsqlConnection connection, QueryBatch batch)
    {
        var generation = batch.Generation;
        var origin = new Origin(
            batch.Project, generation.Project, generation.Release, generation.Generation, (long)Math.Ceiling(batch.Retention.TotalSeconds));
        if (_idsOfOrigins.TryGetValue(origin, out var known))
            return known;
        return _idsOfOrigins[origin] = connection.ExecuteScalar<long>(
            """
            INSERT INTO origins (project, owner, release, generation, retention) VALUES (@Project, @Owner, @Release, @Generation, @Retention)
            ON CONFLICT (project, owner, release, generation) DO UPDATE SET retention = excluded.retention RETURNING id
            """,
            origin);
    }

    /// <summary>The id of a layout, which is stored where it is new.</summary>
    public long LayoutOf(NpgsqlConnection connection, QueryLayout layout)
    {
        if (_idsOfLayouts.TryGetValue(layout, out var known))
            return (long)known;
        var text = JsonSerializer.Serialize(layout, LayoutJson.Options);
        var id = connection.ExecuteScalar<long>(
            """
            INSERT INTO layouts (digest, layout) VALUES (@digest, @text)
            ON CONFLICT (digest) DO UPDATE SET layout = excluded.layout RETURNING id
            """,
            new { digest = SHA256.HashData(Encoding.UTF8.GetBytes(text)), text });
        _idsOfLayouts.AddOrUpdate(layout, id);
        return id;
    }

    /// <summary>A batch as it was appended.</summary>
    public QueryBatch ToBatch(SegmentRow row)
    {
        var origin = _origins[row.Origin];
        return new QueryBatch
        {
            Project = origin.Project,
            Generation = new GenerationReference(origin.Owner, origin.Release, origin.Generation),
            Layout = _layouts[row.Layout],
            Count = row.Count,
            Data = row.Data,
            Retention = TimeSpan.FromSeconds(origin.Retention),
        };
    }

    /// <summary>Reads the origins and layouts of segments that are not known yet.</summary>
    public void Load(NpgsqlConnection connection, IReadOnlyList<SegmentRow> rows)
    {
        var origins = rows.Select(row => row.Origin).Distinct().Where(id => !_origins.ContainsKey(id)).ToArray();
        if (origins.Length > 0)
        {
            const string Query = "SELECT id, project, owner, release, generation, retention FROM origins WHERE id = ANY(@origins)";
            var found = connection.Query<(long, string, string, string, int, long)>(Query, new { origins });
            foreach (var (id, project, owner, release, generation, retention) in found)
                _origins[id] = new Origin(project, owner, release, generation, retention);
        }

        var layouts = rows.Select(row => row.Layout).Distinct().Where(id => !_layouts.ContainsKey(id)).ToArray();
        if (layouts.Length > 0)
        {
            foreach (var (id, text) in connection.Query<(long, string)>(
                "SELECT id, layout FROM layouts WHERE id = ANY(@layouts)", new { layouts }))
                _layouts[id] = JsonSerializer.Deserialize<QueryLayout>(text, LayoutJson.Options)!;
        }
    }

    private sealed record Origin(string Project, string Owner, string Release, int Generation, long Retention);
}
