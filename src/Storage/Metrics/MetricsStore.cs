using System.Data.Common;
using Dapper;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>What the perfdb is on every database: how its windows are read.</summary>
public abstract class MetricsStore(TimeProvider time) : IMetricsStore
{
    private const string Chosen =
        """
        AS w JOIN generations AS g ON g.id = w.generation
        WHERE g.project = :project AND w.step = :seconds AND w.start >= :from AND w.start < :to
        """;

    private const string SelectCursors =
        """
        SELECT g.project, g.release, g.generation, c.through FROM cursors AS c JOIN generations AS g ON g.id = c.generation
        WHERE c.source = :id
        """;

    private const string SelectWindows =
        $"SELECT g.release, g.generation, start, rows, errors, augment, queue, predict, latency FROM windows {Chosen}";

    private const string SelectFigures =
        $"SELECT g.release, g.generation, start, arm, name, sum, count FROM figures {Chosen} AND (shadow = 0 OR :byGeneration)";

    private const string SelectDistributions =
        $"SELECT data FROM distributions {Chosen} AND g.release = :Release AND g.generation = :Generation";

    /// <inheritdoc/>
    public abstract Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<GenerationReference, long>> ReadCursorsAsync(
        Guid source, CancellationToken cancellationToken) => ReadAsync(
        async Task<IReadOnlyDictionary<GenerationReference, long>> (connection, token) =>
        {
            var rows = await connection.QueryAsync<(string Project, string Release, int Generation, long Through)>(
                new CommandDefinition(SelectCursors, new { id = source.ToByteArray(bigEndian: true) }, cancellationToken: token));
            return rows.ToDictionary(row => new GenerationReference(row.Project, row.Release, row.Generation), row => row.Through);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken)
    {
        var resolution = MetricsResolution.For(query.Step)
            ?? throw new ArgumentException(
                $"A step must be a multiple of {MetricsResolution.Finest.Seconds} s; {query.Step} is not.", nameof(query));
        var range = new
        {
            project = query.Project,
            seconds = resolution.Seconds,
            from = await FirstAsync(resolution, query.From, cancellationToken),
            to = Ceiling(query.To),
            byGeneration = query.ByGeneration,
        };
        var points = new Dictionary<(GenerationReference? Generation, string? Arm, long Start), MetricsPoint>();
        return await ReadAsync(
            async (connection, token) =>
            {
                if (!query.ByArm)
                    await AddCountsAsync(connection, range, row => PointOf(row, null).Counts, token);
                await AddFiguresAsync(connection, range, row => PointOf(row, query.ByArm ? row.GetString(3) : null), token);
                return (IReadOnlyList<MetricsPoint>)
                [
                    .. points.OrderBy(pair => pair.Key.Generation?.Release, StringComparer.Ordinal).ThenBy(
                        pair => pair.Key.Generation?.Generation)
                        .ThenBy(pair => pair.Key.Arm, StringComparer.Ordinal).ThenBy(pair => pair.Key.Start)
                        .Select(pair => pair.Value),
                ];
            },
            cancellationToken);

        MetricsPoint PointOf(DbDataReader row, string? arm)
        {
            var generation = query.ByGeneration ? new GenerationReference(query.Project, row.GetString(0), row.GetInt32(1)) : null;
            var start = MetricsResolution.StartOf(DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(2)), query.Step);
            if (!points.TryGetValue((generation, arm, start.UtcTicks), out var point))
                points.Add(
                    (generation, arm, start.UtcTicks), point = new MetricsPoint { Start = start, Generation = generation, Arm = arm });
            return point;
        }
    }

    /// <inheritdoc/>
    public async Task<Distributions> ReadDistributionsAsync(
        GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var minutes = MetricsResolution.All[1];
        var resolution = minutes.Keeps(from.ToUnixTimeSeconds(), time.GetUtcNow()) ? minutes : MetricsResolution.All[^1];
        var range = new
        {
            project = generation.Project,
            generation.Release,
            generation.Generation,
            seconds = resolution.Seconds,
            from = await FirstAsync(resolution, from, cancellationToken),
            to = Ceiling(to),
        };
        return await ReadAsync(
            async (connection, token) =>
            {
                var distributions = new Distributions();
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    SelectDistributions, range, cancellationToken: token));
                while (await rows.ReadAsync(token))
                    distributions.Merge(Distributions.Decode((byte[])rows.GetValue(0)));
                return distributions;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => RecentReader.ReadAsync(connection, generation, rows, token), cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>The time by which windows that are still stored are old; null: none of them is.</summary>
    protected virtual ValueTask<DateTimeOffset?> ReadAgeAsync(CancellationToken cancellationToken) => default;

    private static async Task AddCountsAsync(
        DbConnection connection, object range, Func<DbDataReader, ServingCounts> find, CancellationToken cancellationToken)
    {
        await using var windows = await connection.ExecuteReaderAsync(new CommandDefinition(
            SelectWindows, range, cancellationToken: cancellationToken));
        while (await windows.ReadAsync(cancellationToken))
        {
            var counts = find(windows);
            counts.Rows += windows.GetInt64(3);
            counts.Errors += windows.GetInt64(4);
            counts.AugmentMicroseconds += windows.GetInt64(5);
            counts.QueueMicroseconds += windows.GetInt64(6);
            counts.PredictMicroseconds += windows.GetInt64(7);
            counts.Latency.Merge((byte[])windows.GetValue(8));
        }
    }

    private static async Task AddFiguresAsync(
        DbConnection connection, object range, Func<DbDataReader, MetricsPoint> find, CancellationToken cancellationToken)
    {
        await using var figures = await connection.ExecuteReaderAsync(new CommandDefinition(
            SelectFigures, range, cancellationToken: cancellationToken));
        while (await figures.ReadAsync(cancellationToken))
        {
            var point = find(figures);
            var name = figures.GetString(4);
            var figure = new MetricFigure(figures.GetDouble(5), figures.GetInt64(6));
            if (name == FigureKey.OutcomesName)
                point.Outcomes += figure.Count;
            else
                point.Figures[name] = point.Figures.GetValueOrDefault(name) + figure;
        }
    }

    private static long Ceiling(DateTimeOffset time) => time.ToUnixTimeSeconds() + (time.UtcTicks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    /// <summary>The start of the first window that is read.</summary>
    private async ValueTask<long> FirstAsync(MetricsResolution resolution, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var first = resolution.StartOf(from.ToUnixTimeSeconds());
        return await ReadAgeAsync(cancellationToken) is { } age ? Math.Max(first, (age - resolution.Kept).ToUnixTimeSeconds()) : first;
    }
}
