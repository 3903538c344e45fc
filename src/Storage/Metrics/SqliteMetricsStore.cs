using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>The perfdb in SQLite.</summary>
public sealed class SqliteMetricsStore(MetricsDatabase database, TimeProvider time) : IMetricsStore
{
    private const string Chosen = "AS w JOIN generations AS g ON g.id = w.generation WHERE g.project = :project AND w.step = :seconds AND w.start >= :from AND w.start < :to";

    private readonly Lock gate = new();
    private long? removedAt;

    /// <inheritdoc/>
    public Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken) => database.WriteAsync(
        () =>
        {
            var age = database.ReadAge();
            var cursor = database.Windows.Add(summary, age);
            if (IsTimeToRemove())
                database.Windows.RemoveOld(age);
            return cursor;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<GenerationReference, long>> ReadCursorsAsync(Guid source, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyDictionary<GenerationReference, long> (connection) => connection
            .Query<(string Project, string Release, int Generation, long Through)>(
                "SELECT g.project, g.release, g.generation, c.through FROM cursors AS c JOIN generations AS g ON g.id = c.generation WHERE c.source = :id",
                new { id = source.ToByteArray(bigEndian: true) })
            .ToDictionary(row => new GenerationReference(row.Project, row.Release, row.Generation), row => row.Through),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken)
    {
        var resolution = MetricsResolution.For(query.Step)
            ?? throw new ArgumentException($"A step must be a multiple of {MetricsResolution.Finest.Seconds} s; {query.Step} is not.", nameof(query));
        return database.ReadAsync(connection => Read(connection, query, resolution), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Distributions> ReadDistributionsAsync(
        GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var minutes = MetricsResolution.All[1];
        var resolution = minutes.Keeps(from.ToUnixTimeSeconds(), time.GetUtcNow()) ? minutes : MetricsResolution.All[^1];
        return database.ReadAsync(
            connection =>
            {
                var distributions = new Distributions();
                var rows = connection.Query<byte[]>(
                    $"SELECT data FROM distributions {Chosen} AND g.release = :Release AND g.generation = :Generation",
                    new
                    {
                        project = generation.Project,
                        generation.Release,
                        generation.Generation,
                        seconds = resolution.Seconds,
                        from = resolution.StartOf(from.ToUnixTimeSeconds()),
                        to = Ceiling(to),
                    },
                    buffered: false);
                foreach (var row in rows)
                    distributions.Merge(Distributions.Decode(row));
                return distributions;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => RecentReader.Read(connection, generation, rows), cancellationToken);

    private static IReadOnlyList<MetricsPoint> Read(SqliteConnection connection, MetricsQuery query, MetricsResolution resolution)
    {
        var points = new Dictionary<(GenerationReference? Generation, string? Arm, long Start), MetricsPoint>();
        var range = new
        {
            project = query.Project,
            seconds = resolution.Seconds,
            from = resolution.StartOf(query.From.ToUnixTimeSeconds()),
            to = Ceiling(query.To),
            byGeneration = query.ByGeneration,
        };
        if (!query.ByArm)
        {
            using var windows = connection.ExecuteReader(
                $"SELECT g.release, g.generation, start, rows, errors, augment, queue, predict, latency FROM windows {Chosen}", range);
            while (windows.Read())
            {
                var counts = PointOf(windows, null).Counts;
                counts.Rows += windows.GetInt64(3);
                counts.Errors += windows.GetInt64(4);
                counts.AugmentMicroseconds += windows.GetInt64(5);
                counts.QueueMicroseconds += windows.GetInt64(6);
                counts.PredictMicroseconds += windows.GetInt64(7);
                counts.Latency.Merge((byte[])windows.GetValue(8));
            }
        }

        using (var figures = connection.ExecuteReader($"SELECT g.release, g.generation, start, arm, name, sum, count FROM figures {Chosen} AND (shadow = 0 OR :byGeneration)", range))
        {
            while (figures.Read())
            {
                var point = PointOf(figures, query.ByArm ? figures.GetString(3) : null);
                var name = figures.GetString(4);
                var figure = new MetricFigure(figures.GetDouble(5), figures.GetInt64(6));
                if (name == ScoreWriter.OutcomesName)
                    point.Outcomes += figure.Count;
                else
                    point.Figures[name] = point.Figures.GetValueOrDefault(name) + figure;
            }
        }

        return
        [
            .. points.OrderBy(pair => pair.Key.Generation?.Release, StringComparer.Ordinal).ThenBy(pair => pair.Key.Generation?.Generation)
                .ThenBy(pair => pair.Key.Arm, StringComparer.Ordinal).ThenBy(pair => pair.Key.Start)
                .Select(pair => pair.Value),
        ];

        MetricsPoint PointOf(System.Data.IDataRecord row, string? arm)
        {
            var generation = query.ByGeneration ? new GenerationReference(query.Project, row.GetString(0), row.GetInt32(1)) : null;
            var start = MetricsResolution.StartOf(DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(2)), query.Step);
            if (!points.TryGetValue((generation, arm, start.UtcTicks), out var point))
                points.Add((generation, arm, start.UtcTicks), point = new MetricsPoint { Start = start, Generation = generation, Arm = arm });
            return point;
        }
    }

    private static long Ceiling(DateTimeOffset time) => time.ToUnixTimeSeconds() + (time.UtcTicks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    /// <summary>By the monotonic clock: one that was put back would keep old windows until it has caught up.</summary>
    private bool IsTimeToRemove()
    {
        lock (gate)
        {
            if (removedAt is { } at && time.GetElapsedTime(at) < MetricsResolution.All[1].Step)
                return false;
            removedAt = time.GetTimestamp();
            return true;
        }
    }
}
