using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Feeds;
using static Progeny.Storage.Tests.Feeds.FeedRows;

namespace Progeny.Storage.Tests.Datasets.Lake;

public sealed class DuckDbFeedTests : IAsyncLifetime
{
    private readonly LakeFixture lake = new();
    private IFeed feed = null!;

    public async Task InitializeAsync()
    {
        await lake.PutAsync(
            "airports",
            """
            SELECT * FROM (VALUES ('SFO', 'CA', 37.6::DOUBLE, 115), ('JFK', 'NY', 40.6, 128), ('XXX', NULL, NULL, NULL))
            AS t(code, state, latitude, gates)
            """);
        await lake.PutAsync("secret", "SELECT 1 AS x");
        feed = Open();
    }

    public Task DisposeAsync()
    {
        lake.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Read_when_given_parameters_returns_typed_values()
    {
        await using var reader = await feed.ReadAsync(
            "SELECT code, latitude, gates, NULL AS none FROM datasets.airports WHERE state = :state -- :comment",
            With(("state", "CA")),
            default);

        reader.Columns.ShouldBe(["code", "latitude", "gates", "none"]);
        (await reader.ReadAsync(default)).ShouldBeTrue();
        Enumerable.Range(0, 4).Select(reader.GetValue).ShouldBe(["SFO", 37.6, 115L, null]);
        (await reader.ReadAsync(default)).ShouldBeFalse();
        (await reader.ReadAsync(default)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("12345678901234567890::HUGEINT", "12345678901234567890", typeof(decimal))]
    [InlineData("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455", typeof(string))]
    [InlineData("18446744073709551615::UBIGINT", "18446744073709551615", typeof(decimal))]
    [InlineData("sum(7)", "7", typeof(long))]
    [InlineData("-3::TINYINT", "-3", typeof(long))]
    [InlineData("1.50::DECIMAL(10,2)", "1.50", typeof(decimal))]
    [InlineData("0.1::FLOAT", "0.1", typeof(float))]
    [InlineData("true", "True", typeof(bool))]
    [InlineData("'74d6d884-b5a1-49d3-b64a-4fa3384566ec'::UUID", "74d6d884-b5a1-49d3-b64a-4fa3384566ec", typeof(string))]
    [InlineData("DATE '2024-02-03'", "2024-02-03", typeof(string))]
    [InlineData("TIME '10:00:00.5'", "10:00:00.5", typeof(string))]
    [InlineData("TIMESTAMP '2024-01-02 03:04:05.123456'", "2024-01-02T03:04:05.123456", typeof(string))]
    [InlineData("TIMESTAMPTZ '2024-01-02 03:04:05+02'", "2024-01-02T01:04:05Z", typeof(string))]
    [InlineData("[1, NULL, 2]", "[1,null,2]", typeof(string))]
    [InlineData("{'a': 1, 'b': [DATE '2024-01-01']}", "{\"a\":1,\"b\":[\"2024-01-01\"]}", typeof(string))]
    [InlineData("MAP {'k': 2}", "{\"k\":2}", typeof(string))]
    [InlineData("'007'", "007", typeof(string))]
    public async Task Value_comes_as_feeds_have_it(string sql, string text, Type type)
    {
        var value = (await feed.RowsAsync($"SELECT {sql}"))[0][0];

        value.ShouldBeOfType(type);
        Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(text);
    }

    [Theory]
    [InlineData("DELETE FROM datasets.airports", "must be one SELECT, WITH or VALUES")]
    [InlineData("WITH t AS (SELECT 1) DELETE FROM datasets.airports", "not one SELECT")]
    [InlineData("SELECT 1; SELECT 2", "second statement at line 1, column 9")]
    [InlineData("SELECT 'open", "quotation that opens at line 1, column 8 does not end")]
    [InlineData("", "empty")]
    [InlineData("SELECT 1 +", "syntax error")]
    [InlineData("SELECT\n  city FROM datasets.airports", "(line 2, at city")]
    [InlineData("SELECT * FROM datasets.airports WHERE code = :code", "parameter :code, for which there is no value")]
    [InlineData("SELECT 'x'::BLOB AS b", "column 'b' has the type BLOB")]
    [InlineData("SELECT INTERVAL 1 DAY AS i", "column 'i' has the type INTERVAL")]
    [InlineData("SELECT TIMESTAMP 'infinity' AS t", "column 't' (TIMESTAMP)")]
    [InlineData("SELECT * FROM datasets.secret", "There is no dataset 'secret' that 'flights' may read")]
    [InlineData("SELECT * FROM datasets.nothing", "There is no dataset 'nothing' that 'flights' may read")]
    public async Task Read_when_the_sql_is_none_for_a_feed_is_refused_with_the_reason(string sql, string reason)
    {
        var refused = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql));

        refused.Message.ShouldStartWith("Feed 'lake': ");
        refused.Message.ShouldContain(reason);
        (await feed.RowsAsync("SELECT count(*) FROM datasets.airports"))[0][0].ShouldBe(3L);
    }

    [Fact]
    public async Task Lookup_returns_the_first_row_of_each_in_order_and_null_where_there_is_none()
    {
        var rows = await feed.LookupAsync(
            "SELECT state, latitude, gates FROM datasets.airports WHERE code = :code OR :code = 'any' "
                + "ORDER BY gates DESC NULLS LAST LIMIT 5",
            ["gates", "STATE"],
            [
                With(("code", "SFO")),
                With(("code", null)),
                With(("code", "any")),
                With(("code", "XXX")),
                With(("code", "JFK"), ("unused", 1L)),
            ],
            default);

        rows.ShouldBe([[115L, "CA"], null, [128L, "NY"], [null, null], [128L, "NY"]]);
    }

    [Fact]
    public async Task Lookup_when_a_column_is_missing_lists_those_there_are() =>
        (await Should.ThrowAsync<FeedException>(
            () => feed.LookupAsync("SELECT state FROM datasets.airports", ["city"], [NoParameters], default)))
            .Message.ShouldContain("no column 'city'; it has state");

    [Fact]
    public async Task Query_that_takes_longer_than_the_feed_allows_is_stopped()
    {
        var stopped = await Should.ThrowAsync<FeedException>(() => Open(TimeSpan.FromSeconds(1)).RowsAsync(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")).WaitAsync(TimeSpan.FromSeconds(60));

        stopped.Message.ShouldContain("took more than 00:00:01");
    }

    [Fact]
    public async Task Query_that_is_cancelled_ends()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(() => feed.RowsAsync(
            "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3", null, cancel.Token))
            .WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("2024-03-05T10:00:00Z", "2024-03-05 10:00:00+00")]
    [InlineData("2024-03-05T10:00:00+02:00", "2024-03-05 08:00:00+00")]
    [InlineData("2024-03-05t10:00z", "2024-03-05 10:00:00+00")]
    [InlineData("2024-03-05 10:00", "2024-03-05 10:00:00+00")]
    [InlineData("2024-03", "2024-03-01 00:00:00+00")]
    [InlineData("05.03.2024", null)]
    [InlineData("now", null)]
    public async Task Instant_of_a_time_as_text_orders_it(string text, string? instant)
    {
        string sql;
        await using (var reader = await feed.ReadAsync("SELECT 'x' AS t", NoParameters, default))
            sql = reader.InstantOf(0, ":t")!;

        (await feed.RowsAsync($"SELECT CAST({sql} AS VARCHAR)", With(("t", text))))[0][0].ShouldBe(instant);
    }

    private IFeed Open(TimeSpan? timeout = null) => new LakeFeeds(lake.Lake, Options.Create(new DatasetsOptions())).Open(
        "lake",
        new FeedOptions { Kind = "duckdb", Datasets = "air*", Timeout = timeout ?? TimeSpan.FromMinutes(5) },
        "flights");
}
