using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Rollouts;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>Experiments outlive the silos that hold them: each step and each verdict is made once.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExperimentTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Canary = "canary";
    private const string Bandit = "bandit";
    private const string Goal = "metric: hit, goal: maximize";
    private const int Rows = 40;
    private const int MaxRows = 2_000;

    private readonly Findings _findings = new(output);
    private readonly Random _random = new(3);
    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Canary_and_bandit_go_on_after_each_silo_was_killed_and_decide_once()
    {
        await _cluster.EnsureAsync();
        await StartAsync(
            Canary,
            $"{Goal}, strategy: canary, steps: [{{share: 0.3, outcomes: 60, time: 1h}}, {{share: 0.6, outcomes: 60, time: 1h}}]");
        await StartAsync(Bandit, $"{Goal}, strategy: bandit");
        for (var number = 0; number < _cluster.Nodes.Count; number++)
        {
            var (node, survivor) = (_cluster.Nodes[number], _cluster.Nodes[(number + 1) % _cluster.Nodes.Count]);
            await ServeAsync(survivor, Rows);
            await _cluster.KillAsync(node, survivor);
            await ServeAsync(survivor, Rows);
            await _cluster.EnsureAsync();
        }

        var shown = await ExperimentAsync(Canary);
        _findings.Note($"after the kills: {shown["status"]}, {shown["arms"]!.ToJsonString()}");
        var rows = 0;
        while (((string)(await ExperimentAsync(Canary))["status"]! != "ended" || !HasWon(await ExperimentAsync(Bandit))) && rows < MaxRows)
        {
            await ServeAsync(_cluster.Nodes[rows / Rows % _cluster.Nodes.Count], Rows);
            rows += Rows;
        }

        await UntilAsync(Canary, info => (string)info["status"]! == "ended");
        await UntilAsync(Bandit, HasWon);
        await RequireCanaryOnceAsync();
        await RequireBanditAsync();
        _findings.RequireNone(() => _cluster.Warnings());
    }

    private async Task StartAsync(string project, string rollout)
    {
        await _cluster.Any.Process.PublishAsync(
            project, ExperimentProject.Write(_cluster.PathOf(project), project, rollout, log: "durable"));
        for (var generation = 0; generation < 2; generation++)
        {
            await _cluster.TrainAsync(project);
            await _cluster.Any.UntilAsync($"/api/projects/{project}", info => info["champion"] is not null);
        }

        await _cluster.Any.UntilAsync($"/api/projects/{project}/experiments", list => list.AsArray().Count == 1);
        await _cluster.Any.UntilAsync($"/api/projects/{project}/experiments/{project}-1", info => (string)info["status"]! == "running");
    }

    private async Task ServeAsync(ClusterNode node, int rows)
    {
        foreach (var project in (string[])[Canary, Bandit])
            await ExperimentProject.ServeAsync(node.Http, project, rows, version => version == "1.0.0:2" ? 0.95 : 0.4, _random);
    }

    private Task<JsonNode> ExperimentAsync(string project) => _cluster.Any.UntilAsync(
        $"/api/projects/{project}/experiments/{project}-1", _ => true);

    private Task UntilAsync(string project, Func<JsonNode, bool> wanted) => _cluster.Any.UntilAsync(
        $"/api/projects/{project}/experiments/{project}-1", wanted);

    private static bool HasWon(JsonNode bandit) =>
        bandit["arms"]!.AsArray().Any(
            arm => ((string)arm!["generation"]!).EndsWith("@1.0.0:2", StringComparison.Ordinal) && (double)arm["share"]! > 0.9);

    private async Task RequireCanaryOnceAsync()
    {
        var ended = await ExperimentAsync(Canary);
        _findings.Expect((string?)ended["verdict"] == "won", $"The canary has ended so: {ended.ToJsonString()}");
        var history = (await _cluster.Any.GetAsync($"/api/projects/{Canary}/rollout/history")).AsArray();
        var plans = history.Count(plan => (string?)plan!["by"] == "canary-1");
        _findings.Expect(plans == 3, $"The canary made {plans} plans, not two steps and the promotion: {history.ToJsonString()}");
        var project = await _cluster.Any.GetAsync($"/api/projects/{Canary}");
        _findings.Expect(project["promotions"]!.AsArray().Count == 2, $"There are the promotions {project["promotions"]!.ToJsonString()}.");
        var experiments = (await _cluster.Any.GetAsync($"/api/projects/{Canary}/experiments")).AsArray();
        _findings.Expect(experiments.Count == 1, $"There are the experiments {experiments.ToJsonString()}.");
        var decisions = await _cluster.Any.UntilAsync(
            $"/api/projects/{Canary}/decisions?experiment=canary-1", list => list.AsArray().Count >= plans);
        var ids = decisions.AsArray().Select(decision => (string)decision!["id"]!).ToList();
        _findings.Expect(ids.Count == plans && ids.Distinct().Count() == plans, $"There are the decisions {string.Join(' ', ids)}.");
    }

    private async Task RequireBanditAsync()
    {
        await _cluster.Any.UntilAsync($"/api/projects/{Bandit}", project => (string?)project["champion"] == $"{Bandit}@1.0.0:2");
        var info = await ExperimentAsync(Bandit);
        _findings.Expect((string)info["status"]! == "running" && HasWon(info), $"The bandit is so: {info.ToJsonString()}");
        var decisions = await _cluster.Any.GetAsync($"/api/projects/{Bandit}/decisions");
        var ids = decisions.AsArray().Select(decision => (string)decision!["id"]!).ToList();
        _findings.Expect(ids.Distinct().Count() == ids.Count, $"A decision is there twice: {string.Join(' ', ids)}");
        var counted = info["arms"]!.AsArray().Sum(arm => (long)arm!["outcomes"]!);
        var reported = (await _cluster.Any.ReadLogAsync(Bandit)).Count(record => record["outcome"] is not null);
        _findings.Expect(counted <= reported, $"The bandit counted {counted} outcomes of {reported}.");
    }
}
