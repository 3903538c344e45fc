using System.Text.Json;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Reads segments, one after the other.</summary>
/// <param name="tail">What follows FROM: the segment is <c>s</c>, its origin <c>o</c>.</param>
internal sealed class SegmentScan(SqliteConnection connection, string tail) : IDisposable
{
    /// <summary>From the segment that holds a sequence number (?1), or the next one.</summary>
    public const string From = "WHERE s.first >= (SELECT ifnull(max(first), 0) FROM segments WHERE first <= ?1)";

    private readonly SqliteStatement select = new(
        connection,
        $"""
        SELECT s.first, s.count, s.origin, s.layout, s.data, o.project, o.owner, o.release, o.generation, o.retention, l.layout
        FROM segments AS s CROSS JOIN origins AS o ON o.id = s.origin CROSS JOIN layouts AS l ON l.id = s.layout
        {tail}
        """);

    private readonly Dictionary<long, QueryLayout> layouts = [];
    private readonly Dictionary<long, (string Project, GenerationReference Generation, TimeSpan Retention)> origins = [];

    public void Bind(int index, long value) => select.Bind(index, value);

    public void Bind(int index, string? value) => select.Bind(index, value);

    /// <summary>The next segment; null: there is none.</summary>
    public Segment? Read()
    {
        if (!select.Step())
            return null;
        if (!origins.TryGetValue(select.Int64(2), out var origin))
        {
            origin = (
                select.Text(5),
                new GenerationReference(select.Text(6), select.Text(7), (int)select.Int64(8)),
                TimeSpan.FromSeconds(select.Int64(9)));
            origins.Add(select.Int64(2), origin);
        }

        if (!layouts.TryGetValue(select.Int64(3), out var layout))
        {
            layout = JsonSerializer.Deserialize<QueryLayout>(select.Text(10), LayoutJson.Options)!;
            layouts.Add(select.Int64(3), layout);
        }

        return new Segment(select.Int64(0), new QueryBatch
        {
            Project = origin.Project,
            Generation = origin.Generation,
            Layout = layout,
            Count = (int)select.Int64(1),
            Data = select.Blob(4).ToArray(),
            Retention = origin.Retention,
        });
    }

    /// <summary>Makes ready for other values.</summary>
    public void Reset() => select.Reset();

    public void Dispose() => select.Dispose();
}
