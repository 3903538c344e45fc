using Dapper;
using Microsoft.Data.Sqlite;
using NuGet.Versioning;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Training;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Serving;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Training;

/// <summary>What trainings that go on from each other read of a feed that grows and of the query log: each row once.</summary>
public sealed class IncrementalSourceTests : IDisposable, IFeedCatalog
{
    private readonly TemporaryFolder folder = new();
    private readonly SqliteConnection connection;
    private readonly SqliteFeed feed;
    private readonly QueryDatabase database;

    public IncrementalSourceTests()
    {
        var connectionString = $"Data Source={folder["feed.db"]};Pooling=False";
        connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("CREATE TABLE flights (t, x REAL, y REAL)");
        feed = new SqliteFeed("flights", connectionString);
        database = new QueryDatabase(folder["queries.db"]);
    }

    public IFeed Get(string name, string project) => feed;

    public string? Refusal(string name, string project) => null;

    /// <remarks>The same rows, as those of a file.</remarks>
    public Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        Task.FromResult<IFileFeed>(new FileOf(feed));

    public void Dispose()
    {
        database.Dispose();
        connection.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Trainings_from_lineage_to_lineage_take_each_row_of_a_growing_feed_once(int seed, bool texts)
    {
        var random = new Random(seed);
        var (row, moment) = (0, 0);
        var taken = new List<double>();
        Lineage? last = null;
        for (var step = 0; step < 60; step++)
        {
            for (var i = random.Next(6); i > 0; i--)
            {
                // Several rows of one moment, which come in several steps; never one of a moment before.
                moment += random.Next(3) == 0 ? 1 : 0;
                await connection.ExecuteAsync(
                    "INSERT INTO flights VALUES (:t, :x, 0)", new { t = texts ? (object)Time(moment, row) : moment, x = (double)row++ });
            }

            if (random.Next(2) == 0)
                continue;
            var (data, rows) = await ReadAsync(Manifest("t"), last);
            if (data is null || random.Next(3) == 0)
                continue; // nothing new; or the training failed, and the next one begins where the last good one ended
            rows.Intersect(taken).ShouldBeEmpty();
            taken.AddRange(rows);
            last = LineageOf(data);
        }

        // The newest moment waits for a later one.
        await connection.ExecuteAsync("INSERT INTO flights VALUES (:t, -1, 0)", new { t = texts ? (object)Time(999, 0) : 999 });
        var (_, rest) = await ReadAsync(Manifest("t"), last);
        taken.Concat(rest).ShouldBe(Enumerable.Range(0, row).Select(x => (double)x));
    }

    [Fact]
    public async Task Training_to_which_queries_alone_are_new_forgets_no_row_of_the_feed_or_file()
    {
        await connection.ExecuteAsync("INSERT INTO flights VALUES (1, 1, 0), (2, 2, 0)");
        foreach (var file in new[] { false, true })
        {
            var manifest = Manifest("t");
            if (file)
                manifest = manifest with { Source = manifest.Source! with { Feed = null, File = "feed.db" } };
            var (data, rows) = await ReadAsync(manifest, null);
            rows.Where(x => x < 10).ShouldBe(file ? [1, 2] : [1]);
            for (var x = file ? 30 : 20; x < (file ? 33 : 23); x++)
            {
                await AnswerAsync(x);
                (data, rows) = await ReadAsync(manifest, LineageOf(data!));
                rows.ShouldBe([x]);
            }
        }
    }

    [Fact]
    public async Task Window_counts_queries_and_rows_of_the_feed_together_the_last_ones()
    {
        for (var i = 0; i < 10; i++)
            await connection.ExecuteAsync(
                "INSERT INTO flights VALUES (:t, :x, 0)", new { t = Noon.AddDays(i - 20).ToString("yyyy-MM-dd"), x = (double)i });
        await AnswerAsync(100, 101, 102);

        (await ReadAsync(Manifest("t", rows: 5), null)).Rows.ShouldBe([8, 9, 100, 101, 102]);
        (await ReadAsync(Manifest("t", rows: 2), null)).Rows.ShouldBe([101, 102]);
        (await ReadAsync(Manifest("t", time: TimeSpan.FromDays(13.5)), null)).Rows.ShouldBe([8, 9, 100, 101, 102]);
        var (data, rows) = await ReadAsync(Manifest("t"), null);
        rows.Count.ShouldBe(12, "the newest moment of the feed waits");
        (data!.QueryRows, data.Last).ShouldBe((3, Ordinal.From("2026-11-10")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Window_holds_for_the_first_of_incremental_trainings_and_those_behind_it_leave_nothing_out(bool rows)
    {
        var manifest = Manifest("t", rows: rows ? 3 : null, time: rows ? null : TimeSpan.FromDays(2.5));
        manifest = manifest with { Pipeline = manifest.Pipeline with { Incremental = true } };
        for (var i = 0; i < 40; i++)
        {
            await connection.ExecuteAsync(
                "INSERT INTO flights VALUES (:t, :x, 0)", new { t = Noon.AddDays(i - 60).ToString("yyyy-MM-dd"), x = (double)i });
            if (i is not 10)
                continue;
            (await ReadAsync(manifest, null)).Rows.ShouldBe(rows ? [7, 8, 9] : [8, 9]);
        }

        await AnswerAsync(100, 101, 102, 103);
        var first = new Lineage
        {
            JobId = "job",
            PackageDigest = "",
            To = Noon.AddDays(10 - 60).ToString("yyyy-MM-dd"),
            QueriesTo = 1,
            LogTo = 1,
        };
        (await ReadAsync(manifest, first)).Rows.ShouldBe([.. Enumerable.Range(10, 29), 100, 101, 102, 103]);
    }

    [Theory]
    [InlineData("2026-10-01", "2026-10-02", "2026-10-03", "9999-12-31")]
    [InlineData(1_795_000_000L, 1_795_000_001L, 1_795_000_002L, 1_000_000_000_000_000_000L)]
    public async Task Row_far_ahead_of_all_others_keeps_no_later_row_from_being_trained_on(
        object first, object second, object third, object ahead)
    {
        await connection.ExecuteAsync(
            "INSERT INTO flights VALUES (:first, 1, 0), (:second, 2, 0), (:ahead, 9, 0)", new { first, second, ahead });
        var (data, rows) = await ReadAsync(Manifest("t"), null);
        rows.ShouldBe([1]);
        data!.Ahead.ShouldNotBeNull().ShouldStartWith($"the greatest 't' is {ahead}, ");

        await connection.ExecuteAsync("INSERT INTO flights VALUES (:third, 3, 0)", new { third });
        (await ReadAsync(Manifest("t"), LineageOf(data))).Rows.ShouldBe([2]);
        (await ReadAsync(Manifest("t", time: TimeSpan.FromDays(30)), null)).Rows.ShouldBe([1, 2, 3, 9]);
    }

    [Fact]
    public async Task Queries_alone_are_rows_in_the_order_of_their_time_and_what_does_not_fit_is_left_out()
    {
        await AnswerAsync(3, 1, 2);
        await new SqliteQueryLog(database, TimeProvider.System).AppendAsync(
            [Create("odd") with { Fields = Fields("""{"x":"much"}""") }, Create("bad") with { Fields = Fields("""{"x":9}""") }], default);
        await new OutcomeStore(database).ReportAsync("flights", [new("odd", "1", null, Noon), new("bad", "late", null, Noon)], default);
        var manifest = Manifest(null, queriesOnly: true);

        var (data, rows) = await ReadAsync(manifest, null);

        rows.ShouldBe([3, 1, 2]);
        data!.Skipped.ShouldBe(
            new Dictionary<string, long> { ["'x' is not a finite number"] = 1, ["the outcome is not a number"] = 1 }, ignoreOrder: true);
        (await File.ReadAllLinesAsync(data.File))[0].ShouldBe("x,y,queried_at");
        (await ReadAsync(manifest, LineageOf(data))).Data.ShouldBeNull();
        await AnswerAsync(4);
        (await ReadAsync(manifest, LineageOf(data))).Rows.ShouldBe([4]);
    }

    [Fact]
    public async Task Source_without_an_answered_query_says_so()
    {
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => ReadAsync(Manifest(null, queriesOnly: true), null));
        failure.Message.ShouldBe("No logged query of 'flights' has an outcome yet.");
    }

    /// <summary>A moment as a clock shows it that is put forward and back, by turns with its zone and in UTC without one.</summary>
    private static string Time(int moment, int row) => (Noon.AddMinutes(20 * moment) is var at && row % 3 == 0)
        ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")
        : at.ToOffset(TimeSpan.FromHours((moment / 7) % 2 == 0 ? 2 : 1)).ToString("yyyy-MM-dd'T'HH:mm:sszzz");

    private static Manifest Manifest(string? ordinal, int? rows = null, TimeSpan? time = null, bool queriesOnly = false) => new()
    {
        Name = "flights",
        Version = new SemanticVersion(1, 0, 0),
        Task = MachineLearningTask.Regression,
        Features = [new() { Name = "x", Type = FeatureType.Float }],
        Label = new() { Name = "y" },
        Source = queriesOnly
            ? new() { Queries = true }
            : new()
            {
                Feed = "flights",
                Query = "SELECT * FROM flights -- all of them",
                Ordinal = ordinal,
                Queries = true,
                Window = new TrainingWindow(rows, time),
            },
        Pipeline = new() { Command = ["train"], Incremental = rows is null && time is null },
    };

    private static Lineage LineageOf(TrainingData data) => new()
    {
        JobId = "job",
        PackageDigest = "",
        To = data.To?.ToString(),
        LastOrdinal = data.Last?.ToString(),
        QueriesTo = data.Queries?.To.ReportOffset,
        LogTo = data.Queries?.To.Sequence,
    };

    private async Task AnswerAsync(params double[] xs)
    {
        var log = new SqliteQueryLog(database, TimeProvider.System);
        var minute = 0;
        await log.AppendAsync(
            xs.Select(
                x => Create($"q{x}") with
                {
                    At = Noon.AddMinutes((x > 99 ? x : 0) + minute++),
                    Fields = Fields($$"""{"x":{{x}}}"""),
                }), default);
        await new OutcomeStore(database).ReportAsync(
            "flights", [.. xs.Reverse().Select(x => new ReportedOutcome($"q{x}", "1", null, Noon))], default);
    }

    private async Task<(TrainingData? Data, List<double> Rows)> ReadAsync(Manifest manifest, Lineage? after)
    {
        try
        {
            var data = await new TrainingSource(this, new AnsweredQueries(database), time: new FixedTime(Noon.AddDays(30))).WriteAsync(
                manifest,
                folder[""],
                new SourceRange { Once = manifest.Pipeline.Incremental, After = after },
                folder["data.csv"],
                null,
                default);
            var rows = new List<double>();
            await foreach (var (features, _) in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(manifest), default))
                rows.Add((double)features[0]!);
            return (data, rows);
        }
        catch (NothingNewException)
        {
            return (null, []);
        }
        catch (TrainingFailedException exception)
            when (after is null && exception.Message.StartsWith("The source has no rows", StringComparison.Ordinal))
        {
            return (null, []);
        }
    }

    private sealed class FileOf(SqliteFeed feed) : IFileFeed
    {
        public string Name => feed.Name;

        public Task<IFeedReader> ReadAsync(
            string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
            feed.ReadAsync(sql, parameters, cancellationToken);

        public Task<IReadOnlyList<object?[]?>> LookupAsync(
            string sql,
            IReadOnlyList<string> columns,
            IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
            CancellationToken cancellationToken) =>
            feed.LookupAsync(sql, columns, parameters, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
