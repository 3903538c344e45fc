using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>What goes on while the database is away, and that all recovers by itself.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DatabaseTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Fast = "fast";
    private const string Durable = "kept";
    private static readonly TimeSpan RefusedWithin = TimeSpan.FromSeconds(1);

    // The server is ended as by a crash, which takes a moment. It writes what is not durable to its disk after 0.6 s at most.
    private static readonly TimeSpan MayBeLost = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecoveredWithin = TimeSpan.FromSeconds(15);

    private readonly Findings _findings = new(output);
    private readonly TestCluster _cluster = fixture.Cluster;
    private readonly ConcurrentDictionary<string, long> _acknowledged = [];
    private readonly ConcurrentDictionary<string, int> _refused = [];
    private TimeSpan _slowest;

    [Fact]
    public async Task Database_that_stops_costs_no_fast_prediction_and_all_else_waits_for_it_without_a_restart()
    {
        await _cluster.EnsureAsync();
        await _cluster.ServeAsync(Fast, "fast");
        await _cluster.ServeAsync(Durable, "durable");
        var before = await _cluster.Any.GetAsync("/api/cluster");
        foreach (var node in _cluster.Nodes)
        {
            await AskAsync(node, Fast, $"warm-{node.Name}");
            await AskAsync(node, Durable, $"warm-{node.Name}");
        }

        using var stop = new CancellationTokenSource();
        var asking = Task.WhenAll(_cluster.Nodes.Select(node => AskUntilAsync(node, stop.Token)));
        await fixture.Server.StopAsync();
        var stopped = Stopwatch.GetTimestamp();
        try
        {
            var since = Stopwatch.GetTimestamp();
            foreach (var node in _cluster.Nodes)
                await node.UntilAsync("/v2/health/ready", health => health["database"] is not null);
            _findings.Note($"All nodes know after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s that the database is away");
            foreach (var node in _cluster.Nodes)
                await RequireWorkWithoutAsync(node);
        }
        finally
        {
            await fixture.Server.StartAsync();
        }

        await RequireRecoveryAsync();
        await stop.CancelAsync();
        await asking;
        _findings.Note($"{_acknowledged.Count} predictions were acknowledged, the slowest took {_slowest.TotalSeconds:0.00} s");
        await RequireLogAsync(before, stopped);
        _findings.RequireNone(() => _cluster.Warnings());
    }

    private async Task RequireWorkWithoutAsync(ClusterNode node)
    {
        for (var number = 0; number < 20; number++)
        {
            var (status, _, took, text) = await PostAsync(node, Fast, $"away-{node.Name}-{number}");
            _findings.Expect(status == 200, $"A fast prediction of {node.Name} without the database: {status} {text}");
            _findings.Expect(took < RefusedWithin, $"It took {took.TotalSeconds:0.00} s.");
        }

        var durable = await PostAsync(node, Durable, $"refused-{node.Name}");
        _findings.Note($"{node.Name}: a durable prediction: {durable.Status} in {durable.Took.TotalMilliseconds:0} ms");
        _findings.Expect(
            durable is { Status: 503, RetryAfter: true } && durable.Took < RefusedWithin,
            $"A durable prediction of {node.Name}: {durable}");
        var since = Stopwatch.GetTimestamp();
        using var projects = await node.Http.GetAsync("/api/projects");
        var tookToRefuse = Stopwatch.GetElapsedTime(since);
        _findings.Expect(
            (int)projects.StatusCode == 503 && projects.Headers.RetryAfter is not null && tookToRefuse < RefusedWithin,
            $"GET /api/projects of {node.Name}: {(int)projects.StatusCode} {projects.Headers.RetryAfter} in {tookToRefuse}");
        using var members = await node.Http.GetAsync("/api/cluster");
        _findings.Expect(
            members.IsSuccessStatusCode,
            $"GET /api/cluster of {node.Name}: {(int)members.StatusCode} {await members.Content.ReadAsStringAsync()}");
        using var live = await node.Http.GetAsync("/v2/health/live");
        _findings.Expect(live.IsSuccessStatusCode, $"{node.Name} is not live: {(int)live.StatusCode}");
        using var ready = await node.Http.GetAsync("/v2/health/ready");
        var health = JsonNode.Parse(await ready.Content.ReadAsStringAsync())!;
        _findings.Expect(
            ready.IsSuccessStatusCode && !string.IsNullOrEmpty((string?)health["database"]),
            $"{node.Name} is not ready without a database: {health.ToJsonString()}");
    }

    private async Task RequireRecoveryAsync()
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var node in _cluster.Nodes)
        {
            await node.UntilAsync("/v2/health/ready", health => health["database"] is null);
            await node.UntilAsync("/api/projects", projects => projects.AsArray().Count >= 2);
            for (var number = 0; !await AskAsync(node, Durable, $"after-{node.Name}-{number}"); number++)
            {
                Stopwatch.GetElapsedTime(since).ShouldBeLessThan(RecoveredWithin, $"durable predictions of {node.Name}");
                await Task.Delay(50);
            }
        }

        // Grains write again, and all members are there.
        await TestCluster.UntilAsync(
            _cluster.Any, "all nodes are active", view => _cluster.Nodes.TrueForAll(node => TestCluster.StateOf(view, node) == "active"));
        await _cluster.TrainAsync(Durable);
        await _cluster.Any.PostAsync($"/api/projects/{Durable}/promotions", new { version = "1.0.0:2", reason = "the database is back" });
        var took = Stopwatch.GetElapsedTime(since);
        _findings.Note($"All recovered, and a generation was trained and promoted, after {took.TotalSeconds:0.0} s");
        _findings.Expect(took < RecoveredWithin, $"It took {took.TotalSeconds:0.0} s until all had recovered.");
    }

    private async Task RequireLogAsync(JsonNode before, long stopped)
    {
        var since = Stopwatch.GetTimestamp();
        var lost = 0;
        foreach (var (query, at) in _acknowledged)
        {
            var isFound = false;
            do
            {
                using var found = await _cluster.Any.Http.GetAsync($"/api/projects/{query}");
                isFound = found.IsSuccessStatusCode && (int)JsonNode.Parse(await found.Content.ReadAsStringAsync())!["attempts"]! == 1;
            }
            while (!isFound && Stopwatch.GetElapsedTime(since) < RecoveredWithin);
            var isLate = at < stopped && Stopwatch.GetElapsedTime(at, stopped) < MayBeLost;
            if (!isFound && isLate && query.StartsWith(Fast, StringComparison.Ordinal))
                lost++;
            else
                _findings.Expect(isFound, $"{query} was acknowledged, and is not once in the log.");
        }

        _findings.Note($"{lost} fast records of the last {MayBeLost.TotalSeconds:0.0} s before the server was killed are lost");

        // A durable prediction that was refused is the only one without a record.
        var view = await _cluster.Any.GetAsync("/api/cluster");
        foreach (var node in _cluster.Nodes)
        {
            var dropped = DroppedOf(view, node) - DroppedOf(before, node);
            _findings.Expect(
                dropped <= _refused.GetValueOrDefault(node.Name),
                $"{node.Name} has dropped {dropped} records, and refused {_refused.GetValueOrDefault(node.Name)} predictions.");
        }
    }

    private static long DroppedOf(JsonNode view, ClusterNode node) => (long)TestCluster.Of(view, node)!["log_dropped"]!;

    /// <summary>Asks for fast predictions until told to stop; none may fail, whatever becomes of the database.</summary>
    private async Task AskUntilAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        for (var number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            if (!await AskAsync(node, Fast, $"all-{node.Name}-{number}"))
                _findings.Expect(false, $"Fast prediction {number} of {node.Name} failed.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<bool> AskAsync(ClusterNode node, string project, string id)
    {
        var answer = await PostAsync(node, project, id);
        if (project == Fast && answer.Took > _slowest)
            _slowest = answer.Took;
        return answer.Status == 200;
    }

    private async Task<(int Status, bool RetryAfter, TimeSpan Took, string Text)> PostAsync(ClusterNode node, string project, string id)
    {
        var since = Stopwatch.GetTimestamp();
        using var response = await node.Http.PostAsJsonAsync(
            $"/api/projects/{project}/predict", new { query_id = id, rows = new[] { new { x = 0.5 } } });
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
            _acknowledged[$"{project}/queries/{id}"] = Stopwatch.GetTimestamp();
        else
            _refused.AddOrUpdate(node.Name, 1, (_, count) => count + 1);
        return ((int)response.StatusCode, response.Headers.RetryAfter is not null, Stopwatch.GetElapsedTime(since), text);
    }
}
