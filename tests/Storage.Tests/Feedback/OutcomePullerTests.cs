using Dapper;
using Microsoft.Data.Sqlite;
using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.Feedback;

public sealed class OutcomePullerTests : IDisposable, IFeedCatalog
{
    private const string Untimed = "SELECT query_id, outcome, changed FROM landed";

    private readonly TemporaryFolder folder = new();
    private readonly SqliteConnection connection;
    private readonly SqliteFeed feed;
    private readonly QueryDatabase database;
    private readonly OutcomeStore outcomes;
    private Ordinal? reached;
    private long below;

    public OutcomePullerTests()
    {
        var connectionString = $"Data Source={folder["feed.db"]};Pooling=False";
        connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("CREATE TABLE landed (query_id, outcome, at, changed)");
        feed = new SqliteFeed("flights", connectionString);
        database = new QueryDatabase(folder["queries.db"]);
        outcomes = new OutcomeStore(database);
    }

    public IFeed Get(string name, string project) => feed;

    public string? Refusal(string name, string project) => null;

    public Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void Dispose()
    {
        database.Dispose();
        connection.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Pull_goes_on_from_the_watermark_and_reads_rows_at_it_again()
    {
        Land(("a", 1L, 10), ("b", "0", 11));
        (await PullAsync()).ShouldBe((2, 2, 0));
        Land(("c", 1.0, 11), ("a", 0L, 12));
        (await PullAsync()).ShouldBe((3, 1, 1));
        (await PullAsync()).ShouldBe((1, 0, 0));
        reached.ShouldBe(Ordinal.From(12L));
        (await outcomes.ListAsync(0, 10, default)).Select(entry => (entry.QueryId, entry.Value))
            .ShouldBe([("a", "1"), ("b", "0"), ("c", "1"), ("a", "0")]);
    }

    [Fact]
    public async Task Rows_that_come_behind_the_watermark_are_counted_once_and_said()
    {
        var (behind, problems) = (0L, new List<string>());
        Task Pull() => PullAsync(pulled =>
        {
            behind += pulled.Behind;
            problems.AddRange(pulled.Problems);
        });
        Land(("a", 1L, 10), ("b", 1L, 12), ("c", 1L, 12));
        await Pull();
        Land(("d", 1L, 12), ("e", 1L, 14));
        await Pull();
        await Pull();
        (behind, below).ShouldBe((0, 4));

        Land(("late", 1L, 11), ("later", 0L, 13));
        await connection.ExecuteAsync("INSERT INTO landed VALUES ('none', 1, NULL, NULL)");
        await Pull();
        behind.ShouldBe(3);
        problems.ShouldHaveSingleItem().ShouldStartWith("3 rows came behind the watermark 14 and are not read");
        await Pull();
        Land(("f", 1L, 15));
        await Pull();
        (behind, below).ShouldBe((3, 8));
        (await outcomes.ListAsync(0, 10, default)).Select(entry => entry.QueryId).ShouldBe(["a", "b", "c", "d", "e", "f"]);

        // What the source removes makes up for nothing that comes late afterwards.
        await connection.ExecuteAsync("DELETE FROM landed WHERE changed < 12");
        await Pull();
        Land(("late too", 1L, 3));
        await Pull();
        behind.ShouldBe(4);
    }

    [Fact]
    public async Task Row_with_a_watermark_far_ahead_is_read_and_counted_and_keeps_no_later_row_from_being_read()
    {
        void At(string queryId, string changed) =>
            connection.Execute("INSERT INTO landed VALUES (:queryId, 1, NULL, :changed)", new { queryId, changed });
        var (ahead, behind) = (0L, 0L);
        Task<(long Rows, long Accepted, long Corrected)> Pull() =>
            PullAsync(pulled => (ahead, behind) = (pulled.Ahead, behind + pulled.Behind));
        At("a", "2026-01-01T10:00:00Z");
        At("wrong", "2999-01-01T10:00:00Z");
        (await Pull()).ShouldBe((2, 2, 0));
        (ahead, reached).ShouldBe((1, Ordinal.From("2026-01-01T10:00:00Z")));
        At("b", "2026-01-02T10:00:00Z");
        (await Pull()).ShouldBe((3, 1, 0));
        (ahead, behind).ShouldBe((1, 0));
        reached.ShouldBe(Ordinal.From("2026-01-02T10:00:00Z"));
    }

    [Theory]
    [InlineData(1_000_000_000_000_000_000L)]
    [InlineData(9e300)]
    public async Task Row_with_a_number_far_above_all_others_is_read_and_told_of_and_keeps_no_later_row_from_being_read(object number)
    {
        var (ahead, behind, problems) = (0L, 0L, new List<string>());
        Task<(long Rows, long Accepted, long Corrected)> Pull() => PullAsync(pulled =>
        {
            (ahead, behind) = (pulled.Ahead, behind + pulled.Behind);
            problems.AddRange(pulled.Problems);
        });
        Land(("a", 1L, 1_795_000_000), ("b", 1L, 1_795_000_001));
        await connection.ExecuteAsync("INSERT INTO landed VALUES ('wrong', 1, NULL, :number)", new { number });
        (await Pull()).ShouldBe((3, 3, 0));
        (ahead, reached).ShouldBe((1, Ordinal.From(1_795_000_001L)));
        problems.ShouldHaveSingleItem().ShouldStartWith("The row of 'wrong' has the changed ");

        Land(("c", 1L, 1_795_000_002), ("d", 1L, 1_795_000_002));
        (await Pull()).ShouldBe((4, 2, 0));
        (ahead, behind, reached, below).ShouldBe((1, 0, Ordinal.From(1_795_000_002L), 2));
    }

    [Fact]
    public async Task Numbers_far_above_all_others_are_a_new_beginning_once_there_are_many()
    {
        Land(("a", 1L, 1_795_000_000));
        await connection.ExecuteAsync(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO landed SELECT 'q' || i, 1, "
                + "NULL, 1795000000000 + i FROM n");
        var last = new PulledOutcomes();

        (await PullAsync(pulled => last = pulled)).Rows.ShouldBe(1_501);
        (last.Ahead, last.Below, reached).ShouldBe((0, 1_500, Ordinal.From(1_795_000_001_500L)));
        (await PullAsync(pulled => last = pulled)).Rows.ShouldBe(1);
        last.Behind.ShouldBe(0);
    }

    [Fact]
    public async Task Pull_does_not_revert_a_correction_by_reading_its_row_again()
    {
        Land(("a", 1L, 10));
        await PullAsync(query: Untimed);
        await outcomes.ReportAsync("flights", [new("a", "0", null, DateTimeOffset.UtcNow)], default);
        (await PullAsync(query: Untimed)).ShouldBe((1, 0, 0));
        (await outcomes.ListAsync(0, 10, default))[^1].Value.ShouldBe("0");
    }

    [Theory]
    [InlineData(Untimed)]
    [InlineData("SELECT query_id, outcome, changed AS observed_at, changed FROM landed ORDER BY changed DESC")]
    public async Task History_that_is_read_whole_each_time_is_stored_once(string query)
    {
        Land(("a", 1L, 10), ("a", 0L, 12), ("a", 1L, 14));
        await PullAsync(query: query, watermark: null);
        var stored = await outcomes.ListAsync(0, 10, default);
        foreach (var _ in Enumerable.Range(0, 3))
            (await PullAsync(query: query, watermark: null)).ShouldBe((3, 0, 0));
        (await outcomes.ListAsync(0, 10, default)).ShouldBe(stored);
    }

    [Fact]
    public async Task Bad_rows_are_counted_once_and_shown_and_block_nothing()
    {
        Land(("a", "maybe", 10), (null, 1L, 10), ("b", null, 10), ("c", 1L, 10), ("d", 1L, 10));
        await connection.ExecuteAsync("UPDATE landed SET at = 'soon' WHERE query_id = 'd'");
        var problems = new List<string>();
        var bad = 0L;
        await PullAsync(pulled => (bad, problems) = (bad + pulled.Bad, [.. problems, .. pulled.Problems]));
        bad.ShouldBe(4);
        problems[0].ShouldBe("Query 'a': maybe is no class of 'flights'; one of '0', '1' is.");
        problems[1].ShouldContain("no query_id");
        problems[2].ShouldContain("null");
        problems[3].ShouldContain("observed_at is soon");

        Land(("e", 1L, 11));
        bad = 0;
        await PullAsync(pulled => bad += pulled.Bad);
        bad.ShouldBe(0);
        (await outcomes.ListAsync(0, 10, default)).Select(entry => entry.QueryId).ShouldBe(["c", "e"]);
    }

    [Theory]
    [InlineData(-99_999_999_999.0)]
    [InlineData(-99_999_999_999L)]
    [InlineData(253_402_300_800L)]
    [InlineData(1e300)]
    public async Task Observation_outside_of_the_calendar_is_a_bad_row(object seconds)
    {
        Land(("a", 1L, 10), ("b", 1L, 10));
        await connection.ExecuteAsync("UPDATE landed SET at = :seconds WHERE query_id = 'a'", new { seconds });
        var bad = 0L;
        (await PullAsync(pulled => bad += pulled.Bad)).ShouldBe((2, 1, 0));
        bad.ShouldBe(1);
    }

    [Fact]
    public async Task Many_rows_are_kept_in_parts()
    {
        await connection.ExecuteAsync(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 25000) INSERT INTO landed SELECT 'q' || i, i % 2, "
                + "NULL, i FROM n");
        var parts = new List<long>();
        await PullAsync(pulled => parts.Add(pulled.Accepted));
        parts.ShouldBe([10_000, 10_000, 5_000]);
    }

    [Fact]
    public async Task Query_that_lacks_a_column_is_a_failure_of_the_feed()
    {
        var failure = await Should.ThrowAsync<FeedException>(() => PullAsync(query: "SELECT query_id, changed FROM landed"));
        failure.Message.ShouldContain("outcomes.query does not yield 'outcome'; its columns are query_id, changed.");
    }

    [Fact]
    public async Task Rows_without_a_query_id_are_outcomes_of_the_entity_at_a_time()
    {
        await new SqliteQueryLog(database, TimeProvider.System).AppendAsync(
            [
                QueryRecords.Create("q1") with { Entity = "N1" },
                QueryRecords.Create("q2") with { Entity = "7", At = QueryRecords.Noon.AddHours(1) },
            ], default);
        Land(("q1", 1L, 10));
        await connection.ExecuteAsync(
            """
            CREATE TABLE keyed (query_id, tail, at, outcome, changed);
            INSERT INTO keyed VALUES (NULL, 'N1', '2026-11-22T12:30:00Z', 0, 1), ('', 7, 1795352400, 1, 2), ('q9', 'N1', NULL, 1, 3), (NULL, NULL, 5, 1, 4), (NULL, 'N1', 'noon', 1, 4), (NULL, 'N1', NULL, 1, 4);
            """);
        var problems = new List<string>();
        (await PullAsync(pulled => problems.AddRange(pulled.Problems), "SELECT query_id, tail, at, outcome, changed FROM keyed")).ShouldBe(
            (6, 1, 0));
        problems.ShouldBe(
        [
            "A row has no tail; 1 to 262 characters would be right.",
            "tail 'N1': at is noon; an ISO 8601 time or seconds since 1970 would be right.",
            "tail 'N1': at is missing; an ISO 8601 time or seconds since 1970 would be right.",
        ]);
        var matched = await new KeyedOutcomes(database, TimeProvider.System).MatchAsync(
            "flights", TimeSpan.FromDays(7), DateTimeOffset.MaxValue, TimeSpan.FromDays(90), default);
        matched.ShouldBe(new KeyedMatches(new(2, 0, 0, 0), 0, 0));
        (await outcomes.ListAsync(0, 10, default)).Select(entry => (entry.QueryId, entry.Value))
            .ShouldBe([("q9", "1"), ("q1", "0"), ("q2", "1")], ignoreOrder: true);
    }

    [Fact]
    public async Task Query_that_names_neither_id_nor_entity_and_time_is_a_failure_that_says_what_would_do()
    {
        var failure = await Should.ThrowAsync<FeedException>(
            () => PullAsync(query: "SELECT query_id AS tail, outcome, changed FROM landed"));
        failure.Message.ShouldContain(
            "outcomes.query does not yield 'query_id', nor 'tail' and 'at'; its columns are tail, outcome, changed.");
        failure = await Should.ThrowAsync<FeedException>(
            () => PullAsync(query: "SELECT query_id AS tail, at, outcome, changed FROM landed", redact: "tail"));
        failure.Message.ShouldContain("serving.redact keeps 'tail' out of the log");
    }

    private void Land(params (string? QueryId, object? Outcome, int Changed)[] rows)
    {
        foreach (var (queryId, outcome, changed) in rows)
            connection.Execute(
                "INSERT INTO landed VALUES (:queryId, :outcome, '2026-11-22T12:00:00Z', :changed)", new { queryId, outcome, changed });
    }

    private async Task<(long Rows, long Accepted, long Corrected)> PullAsync(
        Action<PulledOutcomes>? seen = null,
        string query = "SELECT query_id, outcome, at AS observed_at, changed FROM landed",
        string? watermark = "changed",
        string? redact = null)
    {
        var manifest = new Manifest
        {
            Name = "flights",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Binary,
            Label = new() { Name = "late", Classes = ["0", "1"] },
            Entity = "tail",
            Serving = new() { Redact = redact is null ? [] : [redact] },
            Outcomes = new() { Feed = "flights", Query = query, Watermark = watermark },
            Pipeline = new() { Model = "model.onnx" },
        };
        var sum = (Rows: 0L, Accepted: 0L, Corrected: 0L);
        await new OutcomePuller(this, outcomes, new KeyedOutcomes(database, TimeProvider.System), TimeProvider.System).PullAsync(
            manifest,
            reached,
            below,
            pulled =>
            {
                below = pulled.Below;
                sum = (sum.Rows + pulled.Rows, sum.Accepted + pulled.Accepted, sum.Corrected + pulled.Corrected);
                reached = pulled.Watermark;
                seen?.Invoke(pulled);
                return Task.CompletedTask;
            },
            default);
        return sum;
    }
}
