using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>What clients of a cluster are promised while its nodes stop, die and come back.</summary>
[Collection(ClusterCollection.Name)]
public sealed class LoadTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Project = "load";
    private const int Clients = 8;
    private const int Looked = 200;

    // The promise is 2 s; a machine whose two cores run other tests besides is given as much again.
    private static readonly TimeSpan SlowestAllowed = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan InForceWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PromotionInterval = TimeSpan.FromSeconds(2);

    private readonly Findings _findings = new(output);
    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Stopped_and_killed_nodes_cost_no_prediction_no_record_and_no_outcome()
    {
        var began = DateTimeOffset.UtcNow;
        await _cluster.EnsureAsync();
        await _cluster.ServeAsync(Project, "durable", generations: 2);
        await using var balancer = new Balancer(_cluster.Nodes);
        var load = new LoadClients(balancer, Project, Clients);
        var promoter = new Promoter(balancer, Project, PromotionInterval, _findings);

        await StopAndStartAsync(balancer, _cluster.Nodes[1], load);
        for (var number = 0; number < _cluster.Nodes.Count; number++)
        {
            await KillAndStartAsync(balancer, _cluster.Nodes[number], _cluster.Nodes[(number + 1) % _cluster.Nodes.Count], load);
            await promoter.UntilAcknowledgedAsync();
            await promoter.ReadPlanAsync(_cluster.Nodes[(number + 2) % _cluster.Nodes.Count]);
        }

        await load.EndAsync();
        await promoter.EndAsync();
        _findings.Note(
            $"{load.Acknowledged.Count} predictions, {load.Acknowledged.Values.Count(query => query.IsRepeated)} of them by a second node");
        _findings.Note($"slowest prediction {load.Slowest.TotalSeconds:0.00} s (allowed {SlowestAllowed.TotalSeconds:0} s)");
        _findings.Note($"{load.Reported.Count} outcomes, {load.ReportsRepeated} reports made again");
        _findings.Note($"{promoter.Acknowledged} promotions, {promoter.Unknown} that were not acknowledged");
        foreach (var failed in load.Failed)
            _findings.Expect(false, $"failed: {failed}");
        _findings.Expect(load.Slowest < SlowestAllowed, $"The slowest prediction took {load.Slowest.TotalSeconds:0.00} s.");
        _findings.Expect(load.Acknowledged.Count > 1_000, $"Only {load.Acknowledged.Count} predictions were made.");

        await RequireInForceAsync(promoter);
        await RequireLogAsync(load, began);
        _findings.RequireNone(() => _cluster.Warnings());
    }

    private async Task StopAndStartAsync(Balancer balancer, ClusterNode node, LoadClients load)
    {
        var failed = load.Failed.Count;
        var since = Stopwatch.GetTimestamp();
        var exitCode = await node.TerminateAsync();
        _findings.Note(
            $"{node.Name} was stopped, in {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, {load.Failed.Count - failed} failed");
        _findings.Expect(exitCode == 0, $"{node.Name} ended with {exitCode} after SIGTERM.");
        await StartAsync(balancer, node);
    }

    private async Task KillAndStartAsync(Balancer balancer, ClusterNode node, ClusterNode survivor, LoadClients load)
    {
        var failed = load.Failed.Count;
        _findings.Note($"{DateTime.UtcNow:HH:mm:ss.fff} {node.Name} is killed");
        var healed = await _cluster.KillAsync(node, survivor);
        _findings.Note(
            $"{DateTime.UtcNow:HH:mm:ss.fff} membership healed in {healed.TotalSeconds:0.0} s, {load.Failed.Count - failed} failed");
        _findings.Expect(healed < HealedWithin, $"The death of {node.Name} was known after {healed.TotalSeconds:0.0} s.");
        await StartAsync(balancer, node);
    }

    private async Task StartAsync(Balancer balancer, ClusterNode node)
    {
        var since = Stopwatch.GetTimestamp();
        await node.StartAsync();
        await node.UntilReadyAsync();
        await balancer.UntilInAsync(node);
        _findings.Note($"{DateTime.UtcNow:HH:mm:ss.fff} {node.Name} is back, in {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
    }

    /// <summary>After a promotion that was acknowledged all nodes answer with its generation, and plans never go back.</summary>
    private async Task RequireInForceAsync(Promoter promoter)
    {
        for (var time = 0; time < 2; time++)
        {
            var version = await promoter.PromoteAsync();
            var since = Stopwatch.GetTimestamp();
            _findings.Expect(version is not null, "A promotion was refused after all nodes were back.");
            foreach (var node in _cluster.Nodes)
            {
                while (version is not null && await AnswersAsync(node) != version)
                {
                    Stopwatch.GetElapsedTime(since).ShouldBeLessThan(InForceWithin * 5, $"{node.Name} answers with another generation");
                    await Task.Delay(20);
                }
            }

            var took = Stopwatch.GetElapsedTime(since);
            _findings.Note($"promoted generation in force on all nodes within {took.TotalSeconds:0.00} s");
            _findings.Expect(took < InForceWithin, $"The promotion of {version} was in force after {took.TotalSeconds:0.00} s.");
            foreach (var node in _cluster.Nodes)
                await promoter.ReadPlanAsync(node);
        }

        var plans = await _cluster.Any.GetAsync($"/api/projects/{Project}/rollout/history");
        var history = plans.AsArray().Select(plan => (long)plan!["version"]!).ToList();
        _findings.Expect(
            history.SequenceEqual(history.Distinct().OrderDescending()), $"The plans had the versions {string.Join(' ', history)}.");
        var generations = (await _cluster.Any.GetAsync($"/api/projects/{Project}/generations")).AsArray();
        _findings.Expect(generations.Count == 2, $"There are generations that nobody trained: {generations.ToJsonString()}");
    }

    private static async Task<string> AnswersAsync(ClusterNode node) =>
        (string)(await node.PostAsync($"/api/projects/{Project}/predict", new { rows = new[] { new { x = 1 } } }))["version"]!;

    /// <summary>The log has each query once, and each outcome; the perfdb has their numbers.</summary>
    private async Task RequireLogAsync(LoadClients load, DateTimeOffset began)
    {
        var records = await _cluster.Any.ReadLogAsync(Project);
        var counts = records.GroupBy(record => (string)record["query_id"]!).ToDictionary(same => same.Key, same => same.ToList());
        _findings.Expect(
            records.Select(record => (long)record["sequence"]!).Distinct().Count() == records.Count,
            "Two records have one sequence number.");
        foreach (var (id, query) in load.Acknowledged)
        {
            var logged = counts.GetValueOrDefault(id, []);
            // The node that ended without an answer may have written its record before.
            _findings.Expect(
                logged.Count == 1 || (query.IsRepeated && logged.Count == 2),
                $"{id} is {logged.Count} times in the log{(query.IsRepeated ? ", asked twice" : "")}.");
            _findings.Expect(
                logged.Exists(record => (string)record["version"]! == query.Version),
                $"{id} was answered by {query.Version}, which the log does not know.");
        }

        foreach (var id in load.Reported.Keys)
            _findings.Expect(
                counts.GetValueOrDefault(id, []).Exists(record => record["outcome"] is not null), $"The outcome of {id} is lost.");
        await RequireFoundAsync(load, counts);

        // Those of queries without an acknowledgement count as well.
        var outcomes = counts.Values.Count(same => same.Exists(record => record["outcome"] is not null));
        await RequirePerfdbAsync(began, records.Count, outcomes);
    }

    private async Task RequireFoundAsync(LoadClients load, Dictionary<string, List<JsonNode>> counts)
    {
        var random = new Random(1);
        var some = load.Acknowledged.Where(query => query.Value.IsRepeated).Concat(random.GetItems(load.Acknowledged.ToArray(), Looked));
        foreach (var (id, _) in some)
        {
            var found = await _cluster.Any.GetAsync($"/api/projects/{Project}/queries/{id}");
            var (attempts, logged) = ((int)found["attempts"]!, counts.GetValueOrDefault(id, []).Count);
            _findings.Expect(attempts == logged, $"{id} has {attempts} attempts, and {logged} records.");
            _findings.Expect(load.Reported.ContainsKey(id) == found["outcome"] is not null, $"{id} has the outcome {found["outcome"]}.");
        }
    }

    private async Task RequirePerfdbAsync(DateTimeOffset began, int records, int outcomes)
    {
        var since = Stopwatch.GetTimestamp();
        (long Requests, long Rows, long Outcomes) sums;
        do
        {
            await Task.Delay(100);
            sums = await SumAsync(began);
        }
        while (sums != (records, records, outcomes) && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(25));

        _findings.Note($"perfdb equal to the log after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s: {sums}");
        _findings.Expect(
            sums == (records, records, outcomes), $"The perfdb has {sums}, the log {records} records with {outcomes} outcomes.");
    }

    private async Task<(long Requests, long Rows, long Outcomes)> SumAsync(DateTimeOffset began)
    {
        var metrics = await _cluster.Any.GetAsync(
            $"/api/projects/{Project}/metrics?step=10s&from={began.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
        var points = metrics["series"]!.AsArray().SelectMany(series => series!["points"]!.AsArray()).ToList();
        return (
            points.Sum(point => (long)point!["requests"]!),
            points.Sum(point => (long)point!["rows"]!),
            points.Sum(point => (long)point!["outcomes"]!));
    }
}
