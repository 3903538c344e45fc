using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;
using static Progeny.Storage.Tests.Feeds.FeedRows;

namespace Progeny.Storage.Tests.Feeds;

public sealed class SqliteFeedTests : IDisposable
{
    private const string Endless = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    private readonly TemporaryFolder folder = new();
    private readonly SqliteFeed feed;

    public SqliteFeedTests()
    {
        var connectionString = $"Data Source={folder["airports.db"]};Pooling=False";
        using var connection = new SqliteConnection(connectionString);
        connection.Execute(
            """
            CREATE TABLE airports (code TEXT PRIMARY KEY, state TEXT, latitude REAL, gates INTEGER);
            INSERT INTO airports VALUES ('SFO', 'CA', 37.6, 115), ('JFK', 'NY', 40.6, 128), ('XXX', NULL, NULL, NULL);
            """);
        feed = new SqliteFeed("airports", connectionString);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_when_given_parameters_returns_typed_values()
    {
        await using var reader = await feed.ReadAsync(
            "SELECT code, latitude, gates, NULL AS none FROM airports WHERE state = :state -- :comment", With(("state", "CA")), default);

        reader.Columns.ShouldBe(["code", "latitude", "gates", "none"]);
        (await reader.ReadAsync(default)).ShouldBeTrue();
        Enumerable.Range(0, 4).Select(reader.GetValue).ShouldBe(["SFO", 37.6, 115L, null]);
        (await reader.ReadAsync(default)).ShouldBeFalse();
        (await reader.ReadAsync(default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Read_when_there_is_no_row_still_names_the_columns()
    {
        await using var reader = await feed.ReadAsync("SELECT code FROM airports WHERE false", NoParameters, default);

        reader.Columns.ShouldBe(["code"]);
        (await reader.ReadAsync(default)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("VALUES (1), (2);")]
    [InlineData("/* two */ WITH t(i) AS (VALUES (1), (2)) SELECT i FROM t;  -- end")]
    [InlineData("SELECT ':x; DROP' AS a UNION ALL SELECT \";:y\" FROM (SELECT 1 AS \";:y\")")]
    [InlineData("SELECT [a;:b] FROM (SELECT 1 AS [a;:b]) UNION ALL SELECT `c:d` FROM (SELECT 2 AS `c:d`)")]
    public async Task Read_when_the_sql_is_one_reading_statement_runs_it(string sql) => (await feed.RowsAsync(sql)).Count.ShouldBe(2);

    [Theory]
    [InlineData("DELETE FROM airports", "must be one SELECT, WITH or VALUES")]
    [InlineData("ATTACH 'other.db' AS other", "must be one SELECT, WITH or VALUES")]
    [InlineData("PRAGMA journal_mode = DELETE", "must be one SELECT, WITH or VALUES")]
    [InlineData("BEGIN", "must be one SELECT, WITH or VALUES")]
    [InlineData("CREATE TEMP TABLE t (a)", "must be one SELECT, WITH or VALUES")]
    [InlineData("WITH t AS (SELECT 1) DELETE FROM airports", "DELETE from airports, which is not allowed")]
    [InlineData("WITH t AS (SELECT 1) INSERT INTO airports SELECT 1, 2, 3, 4", "not allowed")]
    [InlineData("SELECT load_extension('x')", "load_extension, which is not allowed")]
    [InlineData("SELECT * FROM pragma_table_info('airports')", "pragma_table_info, which is not allowed")]
    [InlineData("SELECT 1; SELECT 2", "second statement at line 1, column 9")]
    [InlineData("SELECT 1;\nDROP TABLE airports", "second statement at line 1, column 9")]
    [InlineData("SELECT 'open", "quotation that opens at line 1, column 8 does not end")]
    [InlineData("", "empty")]
    [InlineData("-- nothing", "empty")]
    [InlineData("SELECT city FROM airports", "no such column: city")]
    [InlineData("SELECT * FROM airports WHERE code = :code", "parameter :code, for which there is no value")]
    [InlineData("SELECT * FROM airports WHERE code = @code", "Parameters are written :name")]
    [InlineData("SELECT x'00'", "BLOB")]
    public async Task Read_when_the_sql_is_none_for_a_feed_is_refused_with_the_reason(string sql, string reason)
    {
        var refused = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql));

        refused.Message.ShouldStartWith("Feed 'airports': ");
        refused.Message.ShouldContain(reason);
        (await feed.RowsAsync("SELECT count(*) FROM airports"))[0][0].ShouldBe(3L);
    }

    [Fact]
    public async Task Read_when_the_file_is_missing_says_so_and_creates_none()
    {
        var missing = new SqliteFeed("missing", $"Data Source={folder["missing.db"]};Mode=ReadWriteCreate");

        (await Should.ThrowAsync<FeedException>(() => missing.RowsAsync("SELECT 1"))).Message.ShouldContain("unable to open database file");
        File.Exists(folder["missing.db"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Read_when_the_time_is_over_interrupts_the_query()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => feed.RowsAsync(Endless, null, timeout.Token))
            .WaitAsync(TimeSpan.FromSeconds(20));

        (await feed.RowsAsync("SELECT count(*) FROM airports"))[0][0].ShouldBe(3L);
    }

    [Fact]
    public async Task Read_when_cancelled_between_rows_interrupts_the_next_block()
    {
        await using var reader = await feed.ReadAsync(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 10 OR i < 0",
            NoParameters,
            default);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(async () => await reader.ReadAsync(timeout.Token))
            .WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Lookup_when_the_time_is_over_interrupts_the_query()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => feed.LookupAsync(Endless, ["count(*)"], [NoParameters], timeout.Token))
            .WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Lookup_returns_the_first_row_of_each_in_order_and_null_where_there_is_none()
    {
        var rows = await feed.LookupAsync(
            "SELECT state, latitude, gates FROM airports WHERE code = :code OR :code = 'any' ORDER BY gates DESC LIMIT 5",
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
    public async Task Lookup_when_parameters_change_their_type_binds_each_as_it_is()
    {
        var rows = await feed.LookupAsync(
            "SELECT typeof(:v) AS t",
            ["t"],
            [With(("v", 1L)), With(("v", "1")), With(("v", 1.5)), With(("v", null)), With(("v", true))],
            default);

        rows.Select(row => row![0]).ShouldBe(["integer", "text", "real", "null", "integer"]);
    }

    [Fact]
    public async Task Lookup_when_a_column_is_missing_lists_those_there_are()
    {
        var refused = await Should.ThrowAsync<FeedException>(
            () => feed.LookupAsync("SELECT state FROM airports", ["city"], [NoParameters], default));

        refused.Message.ShouldContain("no column 'city'; it has state");
    }

    [Fact]
    public async Task Lookup_of_ten_thousand_rows_works()
    {
        var parameters = Enumerable.Range(0, 10_000).Select(i => With(("i", (long)i))).ToList();

        var rows = await feed.LookupAsync("SELECT :i * 2 AS twice", ["twice"], parameters, default);

        rows.Select(row => (long)row![0]!).ShouldBe(Enumerable.Range(0, 10_000).Select(i => 2L * i));
    }
}
