using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;
using static Progeny.Storage.Tests.Feeds.FeedRows;

namespace Progeny.Storage.Tests.Feeds;

public sealed class PostgresFeedTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>, IAsyncLifetime
{
    private readonly PostgresFeed feed = new("airports", cluster.ConnectionString);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await feed.DisposeAsync();

    [PostgresFact]
    public async Task Read_when_given_parameters_returns_typed_values()
    {
        await using var reader = await feed.ReadAsync(
            "SELECT code, latitude, gates, open, since, seen, NULL AS none FROM airports WHERE state = :state AND gates > :least::int",
            With(("state", "CA"), ("least", "3")),
            default);

        reader.Columns.ShouldBe(["code", "latitude", "gates", "open", "since", "seen", "none"]);
        (await reader.ReadAsync(default)).ShouldBeTrue();
        Enumerable.Range(0, 7).Select(reader.GetValue).ShouldBe(["SFO", 37.6188, 115L, true, "1927-05-07", "2026-11-22T10:00:00.5Z", null]);
        (await reader.ReadAsync(default)).ShouldBeFalse();
    }

    [PostgresFact]
    public async Task Value_that_is_too_long_is_refused_and_its_row_can_be_read()
    {
        await using var rows = await feed.ReadAsync(
            "SELECT 'a' AS first, repeat('x', 3000000) AS long, '\\x00'::bytea AS bytes, 2 AS last FROM generate_series(1, 3)",
            With(),
            default);
        for (var row = 1; row <= 3; row++)
        {
            (await rows.ReadAsync(default)).ShouldBeTrue();
            rows.GetValue(3).ShouldBe(2L);
            rows.GetValue(0).ShouldBe("a");
            var failure = Should.Throw<FeedException>(() => rows.GetValue(1));
            failure.Reason.ShouldStartWith($"Row {row}: The column 'long' is too long: the texts of a row may have 1048576 bytes.");
        }

        (await Should.ThrowAsync<FeedException>(
            () => feed.LookupAsync("SELECT repeat('x', 3000000) AS long", ["long"], [With()], default))).Reason.ShouldContain(
                "'long' is too long");
        (await Should.ThrowAsync<FeedException>(
            () => feed.LookupAsync("SELECT repeat('x', 1000000) AS long", ["long"], [.. Enumerable.Repeat(With(), 50)], default)))
            .Reason.ShouldContain("more than 32 MiB together");
    }

    [PostgresFact]
    public async Task Query_that_takes_longer_than_the_feed_allows_is_ended_by_the_database()
    {
        await using var slow = new PostgresFeed("slow", cluster.ConnectionString, TimeSpan.FromMilliseconds(50));

        (await Should.ThrowAsync<FeedException>(() => slow.RowsAsync("SELECT pg_sleep(20)::text"))).Reason.ShouldBe(
            "The query took too long, and the database ended it.");
        (await Should.ThrowAsync<FeedException>(
            () => slow.LookupAsync("SELECT pg_sleep(20)::text AS a", ["a"], [With()], default))).Reason.ShouldContain("too long");
    }

    [PostgresTheory]
    [InlineData("Host=127.0.0.1;Port=1;Database=payroll;Username=reader;Password=x")]
    [InlineData("Host=no-such-host.invalid;Database=payroll;Username=reader;Password=x")]
    public async Task Feed_that_cannot_be_reached_does_not_tell_where_it_is(string connectionString)
    {
        await using var gone = new PostgresFeed("gone", connectionString);

        var failure = await Should.ThrowAsync<FeedException>(() => gone.RowsAsync("SELECT 1"));

        failure.Message.ShouldBe("Feed 'gone': It cannot be reached; the node's log says why.");
        failure.InnerException.ShouldNotBeNull();
    }

    [PostgresFact]
    public async Task Role_that_may_do_more_than_read_is_warned_of_at_start()
    {
        var warnings = new Warnings();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        using var folder = new TemporaryFolder();
        builder.Configuration.AddInMemoryCollection(
            [
                new("Data", folder["data"]),
                new("Feeds:air:Kind", "postgresql"),
                new("Feeds:air:ConnectionString", cluster.ConnectionString),
            ]);
        builder.Services.AddProgenyStorage(builder.Configuration).AddSingleton<ILoggerProvider>(warnings);
        using var host = builder.Build();
        await host.StartAsync();

        (await warnings.First.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldContain(
            "The role of feed 'air' may do more than read: it is a superuser.");
        await host.StopAsync();
    }

    [PostgresFact]
    public async Task Read_of_every_type_that_a_feed_carries()
    {
        var rows = await feed.RowsAsync(
            """
            SELECT 1::smallint, 1::bigint, 0.5::real, 1e300::float8, 'NaN'::float8, 'a'::char(2), 'b'::name, '{"a": 1}'::jsonb,
                   '0f8fad5b-d9cb-469f-a165-70867728950e'::uuid, '2026-11-22 01:02:03'::timestamp, '01:02:03.25'::time, 'unknown'
            """);

        rows.Single().ShouldBe(
        [
            1L, 1L, 0.5f, 1e300, double.NaN, "a", "b", "{\"a\": 1}",
            "0f8fad5b-d9cb-469f-a165-70867728950e", "2026-11-22T01:02:03", "01:02:03.25", "unknown",
        ]);
    }

    [PostgresFact]
    public async Task Read_of_values_that_are_texts_to_a_project_gives_the_text_of_the_database()
    {
        var rows = await feed.RowsAsync(
            """
            SELECT 1.10::numeric(10, 2), 2.0::numeric, 12345678901234567890::numeric, 1234567890123456789012345678901234567890::numeric, 9007199254740993::bigint,
                   0.1::real, true, ' a b '::char(6), '0F8FAD5B-D9CB-469F-A165-70867728950E'::uuid, '2025-12-09'::date, '9999-12-31'::date,
                   '0001-01-01'::timestamp
            """);

        rows.Single().Select(value => ValueText.Of(value!)).ShouldBe(
        [
            "1.10", "2.0", "12345678901234567890", "1234567890123456789012345678901234567890", "9007199254740993", "0.1", "true", " a b",
            "0f8fad5b-d9cb-469f-a165-70867728950e", "2025-12-09", "9999-12-31", "0001-01-01T00:00:00",
        ]);
    }

    [PostgresTheory]
    [InlineData("'infinity'::date", "date) has a value that cannot be carried over: it is infinite")]
    [InlineData("'-infinity'::timestamptz", "timestamp with time zone) has a value that cannot be carried over: it is infinite")]
    [InlineData("'0044-03-15 BC'::date", "it is not in the years 1 to 9999")]
    [InlineData("'294276-01-01'::timestamp", "it is not in the years 1 to 9999")]
    [InlineData("'24:00'::time", "(time without time zone) has a value that cannot be carried over")]
    [InlineData("12345678901234567890123456789.5::numeric", "(numeric) has a value that cannot be carried over")]
    [InlineData("'NaN'::numeric", "(numeric) has a value that cannot be carried over")]
    [InlineData("'1 month'::interval", "has the type interval; cast it to a number or to text")]
    [InlineData("'(1,2)'::point", "has the type point; cast it to a number or to text")]
    public async Task Read_of_a_value_that_cannot_be_carried_over_names_row_and_column(string value, string reason)
    {
        var refused = await Should.ThrowAsync<FeedException>(
            () => feed.RowsAsync($"SELECT CASE g WHEN 2 THEN {value} END AS odd FROM generate_series(1, 3) AS g"));

        refused.Message.ShouldStartWith("Feed 'airports': Row 2: The column 'odd' ");
        refused.Message.ShouldContain(reason);
    }

    [PostgresFact]
    public async Task Read_when_the_sql_has_colons_that_are_no_parameters_leaves_them_alone()
    {
        var rows = await feed.RowsAsync(
            """
            /* :a /* nested :b */ still :c */
            SELECT ':d', E'it\'s :e', $tag$ :f '$tag$, "col:g", ('5'::int), (ARRAY[1,2,3])[2:3]::text, :x || :y || :x -- :h '
            FROM (SELECT 1 AS "col:g") AS t;
            """,
            With(("x", "<"), ("y", "-")));

        rows.Single().ShouldBe([":d", "it's :e", " :f '", 1L, 5L, "{2,3}", "<-<"]);
    }

    [PostgresFact]
    public async Task Read_when_the_sql_would_do_more_than_read_is_refused()
    {
        await RefusedAsync("DELETE FROM airports", "must be one SELECT, WITH or VALUES");
        await RefusedAsync("COPY airports TO PROGRAM 'true'", "must be one SELECT, WITH or VALUES");
        await RefusedAsync("SELECT 1; DELETE FROM airports", "second statement");
        await RefusedAsync("WITH gone AS (DELETE FROM airports RETURNING code) SELECT code FROM gone", "read-only transaction");
        await RefusedAsync("SELECT code INTO copy FROM airports", "read-only transaction");
        await RefusedAsync("SELECT set_config('transaction_read_only', 'off', false)", "must be set before any query");

        (await feed.RowsAsync("SELECT count(*) FROM airports")).ShouldBe([[3L]]);
    }

    [PostgresFact]
    public async Task Read_when_the_query_is_wrong_says_what_the_server_says()
    {
        await RefusedAsync("SELECT city FROM airports", "column \"city\" does not exist (at character 8 of the query)");
        await RefusedAsync("SELECT * FROM airports WHERE code = :code", "parameter :code, for which there is no value");
        await RefusedAsync("SELECT ARRAY[1, 2] AS list", "'list' has the type integer[]; cast it");
        await RefusedAsync("SELECT 1 / (g - 3) FROM generate_series(1, 5) AS g", "division by zero");
    }

    [PostgresFact]
    public async Task Read_when_the_server_is_away_names_the_feed()
    {
        await using var away = new PostgresFeed("away", "Host=127.0.0.1;Port=1;Username=x;Password=secret;Timeout=5");

        var refused = await Should.ThrowAsync<FeedException>(() => away.RowsAsync("SELECT 1"));

        refused.Message.ShouldStartWith("Feed 'away': ");
        refused.Message.ShouldNotContain("secret");
    }

    [PostgresFact]
    public async Task Read_when_the_time_is_over_interrupts_the_query_on_the_server()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(
            () => feed.RowsAsync("SELECT pg_sleep(600)::text AS interrupted", null, timeout.Token));

        (await feed.RowsAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%AS interrupted%' AND pid <> pg_backend_pid()"))
            .ShouldBe([[0L]]);
    }

    [PostgresFact]
    public async Task Read_when_disposed_early_frees_the_connection()
    {
        await using var one = new PostgresFeed("one", cluster.ConnectionString + ";Maximum Pool Size=1;Timeout=10");
        await using (var reader = await one.ReadAsync(
            "SELECT a FROM generate_series(1, 10000) AS a, generate_series(1, 10000) AS b", NoParameters, default))
            (await reader.ReadAsync(default)).ShouldBeTrue();

        (await one.RowsAsync("SELECT 1")).ShouldBe([[1L]]);
    }

    [PostgresFact]
    public async Task Lookup_returns_the_first_row_of_each_in_order_and_null_where_there_is_none()
    {
        var rows = await feed.LookupAsync(
            "SELECT state, latitude, gates FROM airports WHERE code = :code OR :code = 'any' ORDER BY gates DESC NULLS LAST LIMIT 5",
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

    [PostgresFact]
    public async Task Lookup_of_many_rows_works()
    {
        var parameters = Enumerable.Range(0, 2_500).Select(i => With(("i", (long)i))).ToList();

        var rows = await feed.LookupAsync("SELECT :i * 2 AS twice", ["twice"], parameters, default);

        rows.Select(row => (long)row![0]!).ShouldBe(Enumerable.Range(0, 2_500).Select(i => 2L * i));
        (await Should.ThrowAsync<FeedException>(() => feed.LookupAsync("SELECT 1 AS one", ["two"], [NoParameters], default)))
            .Message.ShouldContain("no column 'two'; it has one");
    }

    [PostgresFact]
    public async Task Read_leaves_no_transaction_behind()
    {
        await feed.RowsAsync("SELECT 1");
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'progeny' AND state LIKE 'idle in transaction%'");

        (await command.ExecuteScalarAsync()).ShouldBe(0L);
    }

    private async Task RefusedAsync(string sql, string reason)
    {
        var refused = await Should.ThrowAsync<FeedException>(() => feed.RowsAsync(sql));
        refused.Message.ShouldStartWith("Feed 'airports': ");
        refused.Message.ShouldContain(reason);
    }

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
                First.TrySetResult(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
