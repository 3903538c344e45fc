using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>Adds to windows and removes old ones; used by one thread, within the transaction that is open.</summary>
internal sealed class WindowWriter(SqliteConnection connection) : IDisposable
{
    // Enough for hundreds of generations to be gone from as fast as they come, and little enough not to be noticed.
    private const int MaxRemoved = 500;

    private static readonly string[] Aged = ["windows", "distributions", "figures"];

    private readonly CursorWriter cursors = new(connection);
    private readonly SqliteStatement selectWindow = new(
        connection, "SELECT latency FROM windows WHERE generation = ?1 AND step = ?2 AND start = ?3");

    private readonly SqliteStatement upsertWindow = new(
        connection,
        """
        INSERT INTO windows (generation, step, start, rows, errors, augment, queue, predict, latency) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, errors = errors + excluded.errors, augment = augment + excluded.augment,
            queue = queue + excluded.queue, predict = predict + excluded.predict, latency = excluded.latency
        """);

    private readonly SqliteStatement selectDistributions = new(
        connection, "SELECT data FROM distributions WHERE generation = ?1 AND step = ?2 AND start = ?3");

    private readonly SqliteStatement upsertDistributions = new(
        connection,
        "INSERT INTO distributions (generation, step, start, data) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET data = excluded.data");

    // Infinity and its opposite add up to NULL in SQLite; a sum that has overflowed stays so (see MetricFigure).
    private readonly SqliteStatement upsertFigure = new(
        connection,
        """
        INSERT INTO figures (generation, step, start, name, arm, shadow, sum, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET sum = coalesce(sum + excluded.sum, 9e999), count = count + excluded.count
        """);

    private readonly RecentWriter recent = new(connection);

    private readonly SqliteStatement selectGeneration = new(
        connection, "SELECT id FROM generations WHERE project = ?1 AND release = ?2 AND generation = ?3");

    private readonly SqliteStatement insertGeneration = new(
        connection, "INSERT INTO generations (project, release, generation) VALUES (?1, ?2, ?3) RETURNING id");

    private readonly SqliteStatement removeChanges = new(
        connection,
        "DELETE FROM score_changes WHERE position IN (SELECT position FROM score_changes WHERE changed < ?1 ORDER BY changed LIMIT "
            + $"{MaxRemoved})");

    private readonly SqliteStatement[] remove =
    [
        .. Aged.Select(table => new SqliteStatement(
            connection,
            $"""
            DELETE FROM {table} WHERE (generation, step, start) IN (
                SELECT generation, step, start FROM {table} WHERE step = ?1 AND start < ?2 ORDER BY start LIMIT {MaxRemoved})
            """)),
    ];

    /// <summary>Adds a summary to its windows if it begins at the cursor of its source and generation.</summary>
    /// <returns>The cursor now.</returns>
    public long Add(GenerationSummary summary, DateTimeOffset now)
    {
        var generation = IdOf(summary.Generation);
        if (cursors.Read(summary.Source, generation) is var cursor && cursor != summary.After)
            return cursor;
        cursors.Write(summary, generation, now);
        recent.Add(generation, summary);
        foreach (var sum in WindowSum.Of(summary, now))
        {
            AddCounts(generation, sum);
            if (sum.Distributions is { } distributions)
                AddDistributions(generation, sum, distributions);
        }

        return summary.Through;
    }

    /// <summary>Adds a figure to its window; a negative one takes away what was added.</summary>
    public void Add(FigureKey key, MetricFigure figure)
    {
        upsertFigure.Bind(1, key.Generation);
        upsertFigure.Bind(2, (long)key.Step);
        upsertFigure.Bind(3, key.Start);
        upsertFigure.Bind(4, key.Name);
        upsertFigure.Bind(5, key.Arm);
        upsertFigure.Bind(6, key.IsShadow ? 1L : 0L);
        upsertFigure.Bind(7, figure.Sum);
        upsertFigure.Bind(8, figure.Count);
        upsertFigure.Execute();
    }

    /// <summary>Removes some of what is not kept any more.</summary>
    public void RemoveOld(DateTimeOffset now)
    {
        cursors.RemoveOld(now);
        removeChanges.Bind(1, (now - PerfdbRetention.Changes).ToUnixTimeSeconds());
        removeChanges.Execute();
        recent.RemoveOld((now - MetricsResolution.All[^1].Kept).ToUnixTimeSeconds());
        foreach (var statement in remove)
        {
            foreach (var resolution in MetricsResolution.All)
            {
                statement.Bind(1, (long)resolution.Seconds);
                statement.Bind(2, (now - resolution.Kept).ToUnixTimeSeconds());
                statement.Execute();
            }
        }
    }

    /// <summary>The number of a generation in this file.</summary>
    public long IdOf(GenerationReference generation)
    {
        return Run(selectGeneration) ?? Run(insertGeneration)!.Value;

        long? Run(SqliteStatement statement)
        {
            statement.Bind(1, generation.Project);
            statement.Bind(2, generation.Release);
            statement.Bind(3, (long)generation.Generation);
            try
            {
                return statement.Step() ? statement.Int64(0) : null;
            }
            finally
            {
                statement.Reset();
            }
        }
    }

    public void Dispose()
    {
        recent.Dispose();
        cursors.Dispose();
        foreach (var statement in (SqliteStatement[])[
            selectWindow,
            upsertWindow,
            selectDistributions,
            upsertDistributions,
            upsertFigure,
            selectGeneration,
            insertGeneration,
            removeChanges,
            .. remove])
        {
            statement.Dispose();
        }
    }

    private void AddCounts(long generation, WindowSum sum)
    {
        upsertWindow.Bind(1, generation);
        upsertWindow.Bind(2, (long)sum.Step);
        upsertWindow.Bind(3, sum.Start);
        upsertWindow.Bind(4, sum.Counts.Rows);
        upsertWindow.Bind(5, sum.Counts.Errors);
        upsertWindow.Bind(6, sum.Counts.AugmentMicroseconds);
        upsertWindow.Bind(7, sum.Counts.QueueMicroseconds);
        upsertWindow.Bind(8, sum.Counts.PredictMicroseconds);
        Read(selectWindow, generation, sum, sum.Counts.Latency.Merge);
        upsertWindow.Bind(9, sum.Counts.Latency.Encode());
        upsertWindow.Execute();
    }

    private void AddDistributions(long generation, WindowSum sum, Distributions distributions)
    {
        Read(selectDistributions, generation, sum, stored => distributions.Merge(Distributions.Decode(stored)));
        upsertDistributions.Bind(1, generation);
        upsertDistributions.Bind(2, (long)sum.Step);
        upsertDistributions.Bind(3, sum.Start);
        upsertDistributions.Bind(4, distributions.Encode());
        upsertDistributions.Execute();
    }

    private static void Read(SqliteStatement select, long generation, WindowSum sum, Action<ReadOnlySpan<byte>> use)
    {
        select.Bind(1, generation);
        select.Bind(2, (long)sum.Step);
        select.Bind(3, sum.Start);
        try
        {
            if (select.Step())
                use(select.Blob(0));
        }
        finally
        {
            select.Reset();
        }
    }
}
