using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Storage.Feeds;
using static Progeny.Storage.Tests.Feeds.FeedRows;

namespace Progeny.Storage.Tests.Feeds;

/// <summary>Queries of feeds that are meant to harm.</summary>
public sealed class HostileFeedTests : IDisposable
{
    private const string Endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";

    private readonly TemporaryFolder folder = new();
    private readonly SqliteFeed feed;

    public HostileFeedTests()
    {
        var connectionString = $"Data Source={folder["rows.db"]};Pooling=False";
        using var connection = new SqliteConnection(connectionString);
        connection.Execute(
            """
            CREATE TABLE rows (x INTEGER, t TEXT);
            INSERT INTO rows VALUES (1, 'one'), (2, 'two');
            CREATE VIEW upper_rows AS SELECT x, replace(upper(t), 'O', '0') AS t FROM rows;
            CREATE INDEX of_text ON rows (instr(t, 'o'));
            CREATE VIRTUAL TABLE words USING fts5(word);
            ANALYZE;
            CREATE VIEW tokens AS SELECT fts3_tokenizer('simple') AS t;
            """);
        feed = new SqliteFeed("rows", connectionString, maxSpilled: 16 << 20);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(
        "SELECT fts3_tokenizer('simple', :ptr) IS NULL AS a",
        "uses fts3_tokenizer, which is not allowed; docs/rules.md lists the functions")]
    [InlineData("SELECT hex(fts3_tokenizer(:ptr))", "uses fts3_tokenizer, which is not allowed")]
    [InlineData("SELECT * FROM tokens", "unsafe use of fts3_tokenizer()")]
    [InlineData("SELECT count(*) + 1 FROM fts3tokenize", "no such table: fts3tokenize")]
    [InlineData("SELECT * FROM words", "no such module: fts5")]
    [InlineData("SELECT * FROM sqlite_dbpage", "no such table: sqlite_dbpage")]
    [InlineData("SELECT * FROM sqlite_stat1", "uses sqlite_stat1, which is not allowed")]
    [InlineData("SELECT count(*) FROM pragma_module_list", "not allowed")]
    [InlineData("SELECT * FROM dbstat", "no such table: dbstat")]
    [InlineData("SELECT sqlite_compileoption_get(1)", "uses sqlite_compileoption_get, which is not allowed")]
    [InlineData("SELECT geopoly_area(:ptr)", "uses geopoly_area, which is not allowed")]
    [InlineData("SELECT hex(zeroblob(200000000))", "uses zeroblob, which is not allowed")]
    [InlineData("SELECT lenght(t) FROM rows", "no such function: lenght; did you mean 'length'?")]
    [InlineData("SELECT length(printf('%200000000d', 1))", "at most 1048576 bytes are allowed")]
    [InlineData("SELECT replace(printf('%1000000d', 1), ' ', '  ')", "at most 1048576 bytes are allowed")]
    public async Task Query_that_does_more_than_compute_is_refused(string sql, string message)
    {
        var refused = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql, With(("ptr", "AAAAAAAA"))));

        refused.Message.ShouldContain(message);
        (await feed.RowsAsync("SELECT count(*) FROM rows"))[0][0].ShouldBe(2L);
    }

    [Theory]
    [InlineData("SELECT t FROM upper_rows WHERE x = 2", "TW0")]
    [InlineData("SELECT t FROM rows WHERE instr(t, 'o') = 1", "one")]
    [InlineData("SELECT t FROM rows WHERE t LIKE 'TW%' ORDER BY abs(random())", "two")]
    [InlineData("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1", "rows")]
    [InlineData("SELECT value FROM json_each('[\"a\"]')", "a")]
    public async Task Query_that_reads_and_computes_works(string sql, string value) => (await feed.RowsAsync(sql))[0][0].ShouldBe(value);

    [Theory]
    [InlineData($"{Endless} SELECT i, printf('%1000d', i) FROM n ORDER BY -i")]
    [InlineData($"{Endless} SELECT count(*) FROM (SELECT DISTINCT printf('%1000d', i) FROM n)")]
    public async Task Query_that_fills_the_disk_is_stopped(string sql)
    {
        var stopped = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql)).WaitAsync(TimeSpan.FromSeconds(60));

        stopped.Message.ShouldContain("more than 16 MiB to temporary files");
        (await feed.RowsAsync("SELECT count(*) FROM rows"))[0][0].ShouldBe(2L);
    }

    [Theory]
    [InlineData($"{Endless} SELECT count(*) FROM n")]
    [InlineData($"{Endless} SELECT sum(instr(printf('%1000000d', i), printf('%500000d', 0) || i)) FROM n")]
    public async Task Cancelling_ends_what_computes(string sql)
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => feed.RowsAsync(sql, null, cancel.Token))
            .WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("timeout: 1s", "SELECT i AS x, 1 AS y FROM n WHERE i < 0", "took more than 00:00:01 (source.timeout)")]
    [InlineData("max_rows: 1000", "SELECT i AS x, 1 AS y FROM n", "more than 1000 rows (source.max_rows); let its query yield fewer")]
    [InlineData("max_rows: 1000000", "SELECT i AS x, 1 AS y FROM n", "more than 5000 rows (the node's Trainer:MaxSourceRows)")]
    [InlineData(
        "queries: false", "SELECT i AS x, printf('%1000d', 1) AS y FROM n", "more than 1000000 bytes (the node's Trainer:MaxSourceBytes)")]
    public async Task Source_without_an_end_is_stopped(string key, string query, string message)
    {
        var manifest = ManifestParser.ParseOrThrow(
            $$"""
            name: endless
            version: 1.0.0
            task: regression
            schema: {features: [{name: x, type: int}]}
            label: {name: y}
            source: {feed: rows, query: {{JsonSerializer.Serialize($"{Endless} {query}")}}, {{key}}}
            pipeline: {trainer: xgboost}
            """);
        var source = new TrainingSource(
            new OneFeed(feed), options: new TrainerOptions { MaxSourceRows = 5_000, MaxSourceBytes = 1_000_000 });

        var stopped = await Should.ThrowAsync<TrainingFailedException>(
            () => source.WriteAsync(manifest, folder.Path, null, null, folder["data.csv"], null, default))
                .WaitAsync(TimeSpan.FromSeconds(60));

        stopped.Stage.ShouldBe(TrainingStage.Source);
        stopped.Message.ShouldContain(message);
    }

    private sealed class OneFeed(IFeed feed) : IFeedCatalog
    {
        public IFeed Get(string name, string project) => feed;

        public string? Refusal(string name, string project) => null;

        public Task<IFileFeed> OpenFileAsync(
            string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
