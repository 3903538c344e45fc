using Dapper;
using Microsoft.Data.Sqlite;
using NuGet.Versioning;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;
using Progeny.Core.Training;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.Serving;

namespace Progeny.Storage.Tests.Feedback;

public sealed class OutcomePullerTests : IDisposable, IFeedCatalog
{
    private const string Untimed = "SELECT query_id, outcome, changed FROM landed";

    private readonly TemporaryFolder folder = new();
    private readonly SqliteConnection connection;
    private readonly SqliteFeed feed;
    private readonly QueryDatabase database;
    private readonly SqliteOutcomeStore outcomes;
    private Ordinal? reached;

    public OutcomePullerTests()
    {
        var connectionString = $"Data Source={folder["feed.db"]};Pooling=False";
        connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("CREATE TABLE landed (query_id, outcome, at, changed)");
        feed = new SqliteFeed("flights", connectionString);
        database = new QueryDatabase(folder["queries.db"]);
        outcomes = new SqliteOutcomeStore(database);
    }

    public IFeed Get(string name) => feed;

    public Task<IFileFeed> OpenFileAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

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
        (await outcomes.ListAsync(0, 10, default)).Select(entry => (entry.QueryId, entry.Value)).ShouldBe([("a", "1"), ("b", "0"), ("c", "1"), ("a", "0")]);
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
        await connection.ExecuteAsync("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 25000) INSERT INTO landed SELECT 'q' || i, i % 2, NULL, i FROM n");
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

    private void Land(params (string? QueryId, object? Outcome, int Changed)[] rows)
    {
        foreach (var (queryId, outcome, changed) in rows)
            connection.Execute("INSERT INTO landed VALUES (:queryId, :outcome, '2026-11-22T12:00:00Z', :changed)", new { queryId, outcome, changed });
    }

    private async Task<(long Rows, long Accepted, long Corrected)> PullAsync(
        Action<PulledOutcomes>? seen = null, string query = "SELECT query_id, outcome, at AS observed_at, changed FROM landed", string? watermark = "changed")
    {
        var manifest = new Manifest
        {
            Name = "flights",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Binary,
            Label = new() { Name = "late", Classes = ["0", "1"] },
            Outcomes = new() { Feed = "flights", Query = query, Watermark = watermark },
            Pipeline = new() { Model = "model.onnx" },
        };
        var sum = (Rows: 0L, Accepted: 0L, Corrected: 0L);
        await new OutcomePuller(this, outcomes, TimeProvider.System).PullAsync(
            manifest,
            reached,
            pulled =>
            {
                sum = (sum.Rows + pulled.Rows, sum.Accepted + pulled.Accepted, sum.Corrected + pulled.Corrected);
                reached = pulled.Watermark;
                seen?.Invoke(pulled);
                return Task.CompletedTask;
            },
            default);
        return sum;
    }
}
