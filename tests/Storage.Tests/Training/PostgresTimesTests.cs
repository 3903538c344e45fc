using Npgsql;
using NuGet.Versioning;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Training;

/// <summary>Times of PostgreSQL as ordinals and watermarks: they come out as texts and are compared with the column again.</summary>
public sealed class PostgresTimesTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>, IFeedCatalog, IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly PostgresFeed feed = new("flights", cluster.ConnectionString);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await feed.DisposeAsync();
        folder.Dispose();
    }

    public IFeed Get(string name, string project) => feed;

    public string? Refusal(string name, string project) => null;

    public Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    [PostgresTheory]
    [InlineData("timestamptz", "2026-11-{0:00} 12:00:00.123456+02")]
    [InlineData("timestamp", "2026-11-{0:00} 12:00:00.5")]
    [InlineData("date", "2026-11-{0:00}")]
    [InlineData("text", "2026-11-{0:00}")]
    [InlineData("text", "2026-11-{0:00}T00:30:00.25+{0:00}:00")]
    [InlineData("numeric(20, 3)", "{0}.125")]
    [InlineData("real", "{0}.1")]
    [InlineData("bigint", "{0}")]
    public async Task Ordinal_of_a_type_bounds_incremental_trainings_and_windows(string type, string format)
    {
        var table = $"grows_{Guid.NewGuid():n}";
        await ExecuteAsync($"CREATE TABLE {table} (t {type}, x float8, y float8)");
        await AddAsync(1, 5);
        var first = await ReadAsync(null);
        first.Rows.ShouldBe([1, 2, 3, 4], "the newest moment waits");
        await AddAsync(6, 9);
        var second = await ReadAsync(first.Data);
        second.Rows.ShouldBe([5, 6, 7, 8]);
        await AddAsync(10, 10);
        (await ReadAsync(second.Data)).Rows.ShouldBe([9]);
        if (format[0] == '2')
            (await ReadAsync(null, TimeSpan.FromDays(2.5))).Rows.ShouldBe([8, 9, 10]);

        Task AddAsync(int from, int to) => ExecuteAsync(string.Concat(
            Enumerable.Range(from, to - from + 1)
                .Select(i =>
                    $"INSERT INTO {table} VALUES ('{string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i)}', {i}, "
                        + "0);")));

        async Task<(TrainingData Data, List<double> Rows)> ReadAsync(TrainingData? after, TimeSpan? window = null)
        {
            var manifest = Project with
            {
                Source = new()
                {
                    Feed = "flights",
                    Query = $"SELECT t, x, y FROM {table}",
                    Ordinal = "t",
                    Window = new TrainingWindow(null, window),
                },
            };
            var lineage = after is null
                ? null
                : new Lineage { JobId = "job", PackageDigest = "", To = after.To?.ToString(), LastOrdinal = after.Last?.ToString() };
            var data = await new TrainingSource(this).WriteAsync(
                manifest, folder[""], new SourceRange { Once = window is null, After = lineage }, folder["data.csv"], null, default);
            var rows = new List<double>();
            await foreach (var (features, _) in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(manifest), default))
                rows.Add((double)features[0]!);
            return (data, rows);
        }
    }

    [PostgresTheory]
    [InlineData("timestamptz")]
    [InlineData("timestamp")]
    [InlineData("date")]
    public async Task Watermark_that_is_a_time_is_gone_on_from(string type)
    {
        var table = $"landed_{type}";
        using var database = new QueryDatabase(folder["queries.db"]);
        var outcomes = new OutcomeStore(database);
        await ExecuteAsync(
            $"CREATE TABLE {table} (query_id text, outcome float8, changed {type}); INSERT INTO {table} VALUES ('a', 1, '2026-11-20'), "
                + "('b', 2, '2026-11-21');");
        Ordinal? watermark = null;
        (await PullAsync()).ShouldBe((2, 2));
        await ExecuteAsync($"INSERT INTO {table} VALUES ('c', 3, '2026-11-21'), ('d', 4, '2026-11-22')");
        (await PullAsync()).ShouldBe((3, 2));
        (await PullAsync()).ShouldBe((1, 0));

        async Task<(long Rows, long Accepted)> PullAsync()
        {
            var sum = (Rows: 0L, Accepted: 0L);
            await new OutcomePuller(this, outcomes, new KeyedOutcomes(database, TimeProvider.System), TimeProvider.System).PullAsync(
                Project with { Outcomes = new() { Feed = "flights", Query = $"SELECT * FROM {table};", Watermark = "changed" } },
                watermark,
                0,
                pulled =>
                {
                    sum = (sum.Rows + pulled.Rows, sum.Accepted + pulled.Accepted);
                    watermark = pulled.Watermark;
                    return Task.CompletedTask;
                },
                default);
            return sum;
        }
    }

    private static Manifest Project => new()
    {
        Name = "flights",
        Version = new SemanticVersion(1, 0, 0),
        Task = MachineLearningTask.Regression,
        Features = [new() { Name = "x", Type = FeatureType.Float }],
        Label = new() { Name = "y" },
        Pipeline = new() { Command = ["train"], Incremental = true },
    };

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
