using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Datasets.Lake;

/// <summary>Queries of the lake that are meant to harm, or to see what they may not.</summary>
public sealed class HostileLakeTests : IDisposable
{
    private readonly LakeFixture lake = new(new DatasetsOptions { Memory = 128 << 20, TemporaryBytes = 16 << 20, Threads = 1 });
    private readonly string shared;
    private readonly IFeed feed;

    public HostileLakeTests()
    {
        shared = lake.Folder["shared"];
        Directory.CreateDirectory(shared);
        File.WriteAllText(Path.Combine(shared, "codes.csv"), "code,n\nA1,1\n");
        File.WriteAllText(lake.Folder["private.csv"], "secret\nx\n");
        feed = new LakeFeeds(lake.Lake, Options.Create(new DatasetsOptions())).Open(
            "lake", new FeedOptions { Kind = "duckdb", Files = shared, Timeout = TimeSpan.FromSeconds(20) }, "flights");
    }

    public void Dispose() => lake.Dispose();

    [Fact]
    public async Task File_of_an_allowed_folder_is_read()
    {
        (await feed.RowsAsync("SELECT code, n FROM read_csv(files('codes.csv'))")).ShouldBe([["A1", 1L]]);
        (await feed.RowsAsync($"SELECT code FROM '{shared}/codes.csv'")).ShouldBe([["A1"]]);
    }

    [Theory]
    [InlineData("SELECT * FROM read_csv(files('../private.csv'))")]
    [InlineData("SELECT * FROM '../private.csv'")]
    [InlineData("SELECT * FROM read_csv('{0}/../private.csv')")]
    [InlineData("SELECT * FROM read_csv('{0}/./../shared/../private.csv')")]
    [InlineData("SELECT * FROM read_csv([files('codes.csv'), files('../private.csv')])")]
    [InlineData("SELECT * FROM read_csv('{0}2/x.csv')")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM read_csv('/proc/self/environ')")]
    [InlineData("SELECT * FROM read_csv('file:///etc/passwd')")]
    [InlineData("SELECT * FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM read_json('/etc/passwd')")]
    [InlineData("SELECT * FROM read_parquet('/etc/*')")]
    [InlineData("SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')")]
    [InlineData("SELECT * FROM read_parquet('s3://bucket/key')")]
    [InlineData("SELECT * FROM read_text(files('codes.csv'))")]
    [InlineData("SELECT * FROM read_blob(files('codes.csv'))")]
    [InlineData("SELECT * FROM glob('/*')")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM duckdb_secrets()")]
    [InlineData("SELECT * FROM which_secret('s3://a', 's3')")]
    [InlineData("SELECT * FROM pragma_database_list()")]
    [InlineData("SELECT * FROM information_schema.tables")]
    [InlineData("SELECT * FROM system.information_schema.tables")]
    [InlineData("SELECT * FROM query('SELECT 1')")]
    [InlineData("SELECT * FROM query_table('duckdb_settings')")]
    [InlineData("SELECT * FROM sqlite_scan('a.db', 't')")]
    [InlineData("SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))")]
    [InlineData("SELECT current_setting('temp_directory')")]
    [InlineData("SELECT getenv('HOME')")]
    [InlineData("SELECT system.main.repeat('x', 1000000000)")]
    [InlineData("SELECT main.repeat('x', 1000000000)")]
    [InlineData("ATTACH '{0}/x.db'")]
    [InlineData("COPY (SELECT 1) TO '{0}/x.csv'")]
    [InlineData("EXPORT DATABASE '{0}'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("RESET enable_external_access")]
    [InlineData("PRAGMA database_list")]
    [InlineData("CALL pragma_version()")]
    [InlineData("CREATE TABLE t(a INT)")]
    [InlineData("CREATE SECRET s (TYPE s3)")]
    [InlineData("SELECT 1; ATTACH 'x.db'")]
    [InlineData("WITH t AS (SELECT 1) INSERT INTO x SELECT * FROM t")]
    public async Task Query_that_reaches_beyond_is_refused(string sql)
    {
        var text = sql.Replace("{0}", shared, StringComparison.Ordinal);

        var refused = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(text));

        refused.Message.ShouldNotContain(lake.Folder["work"]);
        Directory.GetFiles(shared).ShouldBe([Path.Combine(shared, "codes.csv")]);
        (await feed.RowsAsync("SELECT 1"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task Link_that_leads_out_of_the_folder_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(shared, "link.csv"), lake.Folder["private.csv"]);

        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT * FROM read_csv(files('link.csv'))"))).Message
            .ShouldContain("link.csv is a link that leads out");
    }

    [Theory]
    [InlineData("SELECT length(repeat('x', 2000000000))")]
    [InlineData("SELECT length(lpad('x', 2000000000, 'y'))")]
    [InlineData("SELECT length(rpad('x', 2000000000, 'y'))")]
    [InlineData("SELECT length(printf('%2000000000d', 1))")]
    [InlineData("SELECT length(format('{:>2000000000}', 'a'))")]
    [InlineData("SELECT len(range(2000000000))")]
    [InlineData("SELECT len(list_resize([1], 2000000000, 1))")]
    [InlineData("SELECT length(bitstring('1', 2000000000)::VARCHAR)")]
    [InlineData("SELECT len(list(range)) FROM range(300000000)")]
    [InlineData("SELECT length(string_agg(repeat('x', 60000), ',')) FROM range(100000)")]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT repeat('x', 1000) UNION ALL SELECT i || i FROM n) SELECT max(length(i)) FROM n")]
    [InlineData("SELECT * FROM range(100000000) ORDER BY random()")]
    public async Task Query_that_takes_too_much_is_stopped(string sql) =>
        await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql)).WaitAsync(TimeSpan.FromSeconds(120));

    [Fact]
    public async Task Huge_results_are_streamed()
    {
        await using var rows = await feed.ReadAsync(
            "SELECT i, i || 'x' AS t FROM range(1000000000000) AS r(i)", FeedRows.NoParameters, default);

        for (var i = 0L; i < 10_000; i++)
        {
            (await rows.ReadAsync(default)).ShouldBeTrue();
            rows.GetValue(0).ShouldBe(i);
        }
    }

    [Fact]
    public async Task Query_of_great_depth_is_refused()
    {
        var deep = $"SELECT {new string('(', 20_000)}1{new string(')', 20_000)}";

        await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(deep));
        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync($"SELECT '{new string('x', 2 << 20)}'"))).Message
            .ShouldContain("at most 1048576");
    }
}
