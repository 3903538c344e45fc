using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using static Progeny.Storage.Tests.Metrics.Summaries;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>What several members of a cluster do to one perfdb at once.</summary>
[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class ClusterPerfdbTests(ClusterServer server) : IAsyncLifetime
{
    private const int NodeCount = 8;

    // What the node that does the upkeep holds.
    private const long UpkeepLock = 0x70657266646201;

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Clock clock = new(Noon.AddMinutes(5));
    private readonly List<PostgresPerfdbNode> nodes = [];
    private string connectionString = "";

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is not null)
            connectionString = await server.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [ContractFact]
    public async Task Summaries_of_many_nodes_for_the_same_windows_count_once_each()
    {
        // Every summary is sent by two nodes, as after an answer that was lost; each has the windows of all, with rows of its own.
        const int each = 6, windows = 12;
        var summaries = Enumerable.Range(0, NodeCount * each / 2).Select(i => Of(windows, value: i)).ToList();
        var writers = StartNodes(NodeCount);
        await Task.WhenAll(writers.Select((node, i) => Task.Run(async () =>
        {
            foreach (var summary in summaries.Where((_, j) => j % (NodeCount / 2) == i % (NodeCount / 2)))
                (await node.Metrics.StoreAsync(summary, default)).ShouldBe(1);
        })));

        var reader = writers[0].Metrics;
        var counts = summaries.Count * windows;
        foreach (var resolution in MetricsResolution.All)
        {
            var points = await reader.ReadAsync(
                new MetricsQuery("flights", Noon, Noon.AddHours(1), resolution.Step, ByGeneration: false), default);
            (points.Sum(point => point.Counts.Requests), points.Sum(point => point.Counts.Rows), points.Sum(
                point => point.Counts.Latency.Sum))
                .ShouldBe((counts, 2 * counts, 100L * counts));
        }

        (await reader.ReadDistributionsAsync(First, Noon, Noon.AddHours(1), default)).Features["x"].Rows.ShouldBe(counts);
        var recent = (await reader.ReadRecentAsync(First, 10_000, default)).ShouldNotBeNull();
        (recent.Until, recent.Rows).ShouldBe((counts, counts));
        (await reader.ReadCursorsAsync(summaries[3].Source, default)).ShouldBe([new(First, 1)]);
    }

    [ContractFact]
    public async Task Scores_that_several_nodes_apply_at_once_count_once_and_a_reader_of_changes_misses_none()
    {
        const int batches = 40, each = 5;
        var writers = StartNodes(4);
        var applied = new int[batches];
        using var finished = new CancellationTokenSource();
        var reading = ReadChangesAsync(writers[^1], finished.Token);
        await Task.WhenAll(writers.Take(3).Select(node => Task.Run(async () =>
        {
            while (await node.Scores.GetPlaceAsync(default) is var place && place < batches)
            {
                var scores = Enumerable.Range(0, each).Select(i => Score($"q{place * each / 2 + i}", place)).ToList();
                if (await node.Scores.ApplyAsync(new ScoreBatch(place, place + 1, scores, [], []) { At = Noon }, default))
                    Interlocked.Increment(ref applied[place]);
            }
        })));
        await finished.CancelAsync();

        applied.ShouldAllBe(times => times == 1);
        var seen = await reading;
        seen.Select(change => change.Offset).ShouldBe(Enumerable.Range(1, seen.Count).Select(i => (long)i));
        (await writers[0].Scores.GetLastChangeAsync(default)).ShouldBe(seen.Count);
        seen.Count(change => change.IsAdded).ShouldBe(batches * each);
        // What came and was not replaced is what the windows hold.
        var hour = new MetricsQuery("flights", Noon, Noon.AddHours(1), TimeSpan.FromHours(1), ByGeneration: false);
        var point = (await writers[0].Metrics.ReadAsync(hour, default)).ShouldHaveSingleItem();
        point.Outcomes.ShouldBe(seen.Sum(change => change.IsAdded ? 1 : -1));
        point.Figures[MetricsPoint.LossName].Sum.ShouldBe(seen.Sum(
            change => (change.IsAdded ? 1 : -1) * change.Values[MetricsPoint.LossName]));
    }

    [ContractFact]
    public async Task Partitions_come_with_their_time_ahead_of_it_and_go_when_it_is_over()
    {
        var node = StartNodes(1)[0];
        await node.Metrics.StoreAsync(Create(Noon, null, 100), default);
        (await PartitionsAsync("windows_10")).ShouldBe(["windows_10_20261122", "windows_10_20261123"]);
        (await PartitionsAsync("distributions_60")).ShouldBe(["distributions_60_20261122", "distributions_60_20261123"]);
        (await PartitionsAsync("score_changes")).Count.ShouldBe(2);

        clock.Advance(TimeSpan.FromDays(3));
        await node.Metrics.StoreAsync(Create(clock.Now, null, 100), default);
        (await PartitionsAsync("windows_10")).ShouldBe(["windows_10_20261125", "windows_10_20261126"]);
        (await PartitionsAsync("windows_60")).ShouldBe(
            ["windows_60_20261122", "windows_60_20261123", "windows_60_20261125", "windows_60_20261126"]);

        clock.Advance(TimeSpan.FromDays(800));
        await node.Scores.ApplyAsync(new ScoreBatch(0, 1, [Score("a", 1) with { At = clock.Now }], [], []) { At = clock.Now }, default);
        foreach (var table in (string[])["windows_3600", "figures_3600", "score_changes"])
            (await PartitionsAsync(table)).Count.ShouldBe(2);
    }

    [ContractFact]
    public async Task Partition_that_another_node_dropped_is_made_again()
    {
        var node = StartNodes(1)[0];
        await node.Metrics.StoreAsync(Create(Noon, null, 100), default);
        foreach (var table in (string[])["windows_10", "windows_3600", "distributions_3600"])
            await ExecuteAsync($"DROP TABLE {string.Join(", ", await PartitionsAsync(table))}");

        await node.Metrics.StoreAsync(Create(Noon, null, 100), default);

        (await PartitionsAsync("windows_10")).ShouldContain("windows_10_20261122");
        (await PointsAsync(node, TimeSpan.FromSeconds(10))).ShouldBe(1);
    }

    [ContractFact]
    public async Task Upkeep_is_left_to_the_node_that_is_about_it()
    {
        var node = StartNodes(1)[0];
        await node.Metrics.StoreAsync(Create(Noon, null, 100), default);
        await using var other = new NpgsqlConnection(connectionString);
        await other.OpenAsync();
        await other.ExecuteAsync("SELECT pg_advisory_lock(@UpkeepLock)", new { UpkeepLock });
        clock.Advance(TimeSpan.FromDays(3));
        await node.Metrics.StoreAsync(Create(clock.Now, null, 100), default);
        (await PartitionsAsync("windows_10")).ShouldContain("windows_10_20261122");

        await other.ExecuteAsync("SELECT pg_advisory_unlock_all()");
        clock.Advance(TimeSpan.FromMinutes(2));
        await node.Metrics.StoreAsync(Create(clock.Now, null, 100), default);
        (await PartitionsAsync("windows_10")).ShouldNotContain("windows_10_20261122");
    }

    [ContractFact]
    public async Task Node_whose_clock_is_far_ahead_removes_nothing_as_long_as_others_disagree()
    {
        var node = StartNodes(1)[0];
        await node.Metrics.StoreAsync(Create(Noon, null, 100), default);
        var wrong = new Clock(clock.Now.AddYears(1));
        var ahead = StartNode(wrong);
        for (var hour = 0; hour < 60; hour++)
        {
            foreach (var (each, time) in ((PostgresPerfdbNode, Clock)[])[(ahead, wrong), (node, clock)])
            {
                time.Advance(TimeSpan.FromHours(1));
                await each.Metrics.StoreAsync(Create(time.Now, First with { Project = "others" }, 100), default);
            }
        }

        (await PointsAsync(node, TimeSpan.FromMinutes(1))).ShouldBe(1);
        (await PointsAsync(ahead, TimeSpan.FromMinutes(1))).ShouldBe(1);
        // What is old by the clocks of the others goes all the same.
        (await PointsAsync(node, TimeSpan.FromSeconds(10))).ShouldBe(0);
        (await PartitionsAsync("windows_10")).ShouldNotContain("windows_10_20261122");

        // Alone with its clock it is believed after a day.
        for (var hour = 0; hour < 26; hour++)
        {
            wrong.Advance(TimeSpan.FromHours(1));
            await ahead.Metrics.StoreAsync(Create(wrong.Now, First with { Project = "others" }, 100), default);
        }

        (await PointsAsync(ahead, TimeSpan.FromMinutes(1))).ShouldBe(0);
    }

    [ContractFact]
    public async Task Decisions_of_several_nodes_are_numbered_in_their_order_and_kept_once()
    {
        const int each = 25;
        var writers = StartNodes(4);
        await Task.WhenAll(writers.Select((node, i) => Task.Run(async () =>
        {
            for (var j = 0; j < each; j++)
            {
                await node.Decisions.AppendAsync(Decisions.DecisionLogTests.Decision("flights", $"own-{i}-{j}", null), default);
                await node.Decisions.AppendAsync(Decisions.DecisionLogTests.Decision("flights", $"same-{j}", null), default);
            }
        })));

        var entries = await writers[0].Decisions.ListAsync("flights", null, null, 1_000, default);
        entries.Select(entry => entry.Decision.Id).ShouldBeUnique();
        entries.Count.ShouldBe((writers.Count + 1) * each);
        var numbers = entries.Select(entry => entry.Sequence).ToList();
        numbers.ShouldBe(numbers.Distinct().OrderDescending());
        foreach (var i in Enumerable.Range(0, writers.Count))
            entries.Select(entry => entry.Decision.Id).Where(id => id.StartsWith($"own-{i}-", StringComparison.Ordinal)).ShouldBe(
                Enumerable.Range(0, each).Reverse().Select(j => $"own-{i}-{j}"));
    }

    [ContractFact]
    public async Task Decision_whose_message_holds_a_character_that_no_text_of_the_database_can_is_kept_without_it()
    {
        var node = StartNodes(1)[0];
        await node.Decisions.AppendAsync(Decisions.DecisionLogTests.Decision("flights", "a", null) with { Message = "be\0cause" }, default);
        (await node.Decisions.ListAsync("flights", null, null, 10, default)).ShouldHaveSingleItem().Decision.Message.ShouldBe(
            "be\uFFFDcause");
    }

    [ContractFact]
    public async Task Host_of_a_cluster_keeps_the_perfdb_in_its_database()
    {
        using var folder = new TemporaryFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", folder["data"]), new("Cluster:ConnectionString", connectionString)]);
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        using var host = builder.Build();
        await host.StartAsync();
        var services = host.Services;
        await services.GetRequiredService<IMetricsStore>().StoreAsync(Create(DateTimeOffset.UtcNow, null, 100), default);
        await services.GetRequiredService<IScoreStore>().ApplyAsync(new ScoreBatch(0, 1, [Score("a", 1)], [], []), default);
        await services.GetRequiredService<IDecisionLog>().AppendAsync(Decisions.DecisionLogTests.Decision("flights", "a", null), default);
        (await services.GetRequiredService<IEvaluationStore>().FindAsync(First, default)).ShouldBeNull();
        await host.StopAsync();

        Directory.GetFiles(folder["data"]).Select(Path.GetFileName).ShouldNotContain("metrics.db");
        await using var connection = new NpgsqlConnection(connectionString);
        foreach (var table in (string[])["windows", "scores", "decisions"])
            (await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}")).ShouldBeGreaterThan(0);
    }

    [ContractFact]
    public async Task Server_that_stops_is_said_to_be_unavailable_and_all_goes_on_when_it_is_back()
    {
        var node = StartNodes(1)[0];
        var summary = Create(Noon, null, 100);
        await node.Metrics.StoreAsync(summary, default);
        await server.StopAsync();
        try
        {
            await Should.ThrowAsync<StorageUnavailableException>(() => node.Metrics.StoreAsync(Create(Noon, null, 100), default));
            await Should.ThrowAsync<StorageUnavailableException>(() => PointsAsync(node, TimeSpan.FromMinutes(1)));
            await Should.ThrowAsync<StorageUnavailableException>(() => node.Scores.ApplyAsync(
                new ScoreBatch(0, 1, [Score("a", 1)], [], []), default));
            await Should.ThrowAsync<StorageUnavailableException>(() => node.Scores.GetPlaceAsync(default));
            await Should.ThrowAsync<StorageUnavailableException>(() => node.Decisions.AppendAsync(
                Decisions.DecisionLogTests.Decision("flights", "a", null), default));
            await Should.ThrowAsync<StorageUnavailableException>(() => node.Evaluations.FindAsync(First, default));
        }
        finally
        {
            await server.StartAsync();
        }

        (await node.Metrics.StoreAsync(summary, default)).ShouldBe(1);
        (await node.Scores.ApplyAsync(new ScoreBatch(0, 1, [Score("a", 1)], [], []), default)).ShouldBeTrue();
        (await PointsAsync(node, TimeSpan.FromMinutes(1))).ShouldBe(1);
    }

    private static OutcomeScore Score(string queryId, double loss) =>
        new("flights", First, queryId, Noon.AddSeconds(3), new Dictionary<string, double> { [MetricsPoint.LossName] = loss });

    private static GenerationSummary Of(int windows, double value)
    {
        var rows = new Distributions();
        rows.Feature("x").Record(value);
        return Create(First, [.. Enumerable.Range(0, windows).Select(OfWindow)]);

        WindowSummary OfWindow(int i) => Create(Noon.AddSeconds(10 * i), null, 100).Windows[0] with { Distributions = rows.Encode() };
    }

    private static async Task<int> PointsAsync(PostgresPerfdbNode node, TimeSpan step) =>
        (await node.Metrics.ReadAsync(new MetricsQuery("flights", Noon, Noon.AddHours(1), step, ByGeneration: false), default)).Count;

    private static async Task<IReadOnlyList<ScoreChange>> ReadChangesAsync(PostgresPerfdbNode node, CancellationToken finished)
    {
        var seen = new List<ScoreChange>();
        while (true)
        {
            var isLast = finished.IsCancellationRequested;
            var next = await node.Scores.ReadChangesAsync("flights", seen.Count == 0 ? 0 : seen[^1].Offset, 7, default);
            seen.AddRange(next);
            if (isLast && next.Count == 0)
                return seen;
        }
    }

    private List<PostgresPerfdbNode> StartNodes(int count) => [.. Enumerable.Range(0, count).Select(_ => StartNode(clock))];

    private PostgresPerfdbNode StartNode(Clock time)
    {
        nodes.Add(new PostgresPerfdbNode(connectionString, time));
        return nodes[^1];
    }

    private async Task<IReadOnlyList<string>> PartitionsAsync(string table)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        const string sql = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = @table::regclass ORDER BY 1";
        return [.. await connection.QueryAsync<string>(sql, new { table })];
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.ExecuteAsync(sql);
    }
}
