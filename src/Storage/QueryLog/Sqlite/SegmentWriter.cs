using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Sqlite.Ids;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Appends batches to the log, within a transaction that the caller opens; used by one thread.</summary>
internal sealed class SegmentWriter : IDisposable
{
    // A merge of the index is paid for in small parts by the appends that make it necessary.
    private const int RecordsPerStep = 2_048;

    private readonly Dictionary<Origin, long> origins = [];
    private readonly ConditionalWeakTable<QueryLayout, object> layouts = [];
    private readonly SqliteStatement selectLast;
    private readonly SqliteStatement insertSegment;
    private readonly SqliteStatement insertOrigin;
    private readonly SqliteStatement insertLayout;
    private readonly IdIndexWriter ids;
    private long last;
    private long sinceStep;

    public SegmentWriter(SqliteConnection connection, IdIndexWriter ids)
    {
        this.ids = ids;
        selectLast = new SqliteStatement(
            connection,
            "SELECT max((SELECT last FROM swept), ifnull((SELECT first + count - 1 FROM segments ORDER BY first DESC LIMIT 1), 0))");
        insertSegment = new SqliteStatement(
            connection, "INSERT INTO segments (first, count, origin, layout, from_at, until_at, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        insertOrigin = new SqliteStatement(
            connection,
            """
            INSERT INTO origins (project, owner, release, generation, retention) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET retention = excluded.retention RETURNING id
            """);
        insertLayout = new SqliteStatement(
            connection, "INSERT INTO layouts (layout) VALUES (?1) ON CONFLICT DO UPDATE SET layout = excluded.layout RETURNING id");
        Reload();
    }

    /// <summary>Takes over what the file holds; after a rollback, too.</summary>
    public void Reload()
    {
        selectLast.Step();
        last = selectLast.Int64(0);
        selectLast.Reset();
        origins.Clear();
        layouts.Clear();
        sinceStep = 0;
    }

    /// <summary>Appends batches behind the last record.</summary>
    /// <exception cref="InvalidDataException">A batch is damaged.</exception>
    public void Append(IReadOnlyList<QueryBatch> batches)
    {
        foreach (var batch in batches)
        {
            Insert(last + 1, batch);
            last += batch.Count;
            sinceStep += batch.Count;
        }

        for (; sinceStep > 0 && ids.Runs.Step(); sinceStep -= RecordsPerStep)
        {
            // Each pays for so many records.
        }

        sinceStep = Math.Min(sinceStep, 0);
    }

    public void Dispose()
    {
        selectLast.Dispose();
        insertSegment.Dispose();
        insertOrigin.Dispose();
        insertLayout.Dispose();
    }

    /// <summary>Inserts a batch at a place of its own.</summary>
    internal void Insert(long first, QueryBatch batch)
    {
        var index = BatchIndex.Of(batch, (offset, hash) => ids.Add(first + offset, hash));
        insertSegment.Bind(1, first);
        insertSegment.Bind(2, (long)batch.Count);
        insertSegment.Bind(3, OriginOf(batch));
        insertSegment.Bind(4, LayoutOf(batch.Layout));
        insertSegment.Bind(5, index.FromAt);
        insertSegment.Bind(6, index.UntilAt);
        insertSegment.Bind(7, batch.Data.Span);
        insertSegment.Execute();
    }

    private static long Returned(SqliteStatement insert)
    {
        try
        {
            insert.Step();
            var id = insert.Int64(0);
            // Without running to its end an INSERT … RETURNING is not done.
            insert.Step();
            return id;
        }
        finally
        {
            insert.Reset();
        }
    }

    private long OriginOf(QueryBatch batch)
    {
        var generation = batch.Generation;
        var origin = new Origin(batch.Project, generation.Project, generation.Release, generation.Generation, batch.Retention);
        if (origins.TryGetValue(origin, out var known))
            return known;
        insertOrigin.Bind(1, origin.Project);
        insertOrigin.Bind(2, origin.Owner);
        insertOrigin.Bind(3, origin.Release);
        insertOrigin.Bind(4, (long)origin.Generation);
        insertOrigin.Bind(5, (long)Math.Ceiling(origin.Retention.TotalSeconds));
        return origins[origin] = Returned(insertOrigin);
    }

    private long LayoutOf(QueryLayout layout)
    {
        if (layouts.TryGetValue(layout, out var known))
            return (long)known;
        insertLayout.Bind(1, JsonSerializer.Serialize(layout, LayoutJson.Options));
        var id = Returned(insertLayout);
        layouts.AddOrUpdate(layout, id);
        return id;
    }

    private readonly record struct Origin(string Project, string Owner, string Release, int Generation, TimeSpan Retention);
}
