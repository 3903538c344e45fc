using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>An experiment whose node is killed again and again, at another moment each time, does each of its steps once.</summary>
[Collection("killed jobs and experiments")]
public sealed class ExperimentCrashTests : DataFixture
{
    private static readonly int _maxKills = Soak.Times(4);
    private const string Rollout = "strategy: canary, metric: hit, goal: maximize, steps: [{share: 0.3, outcomes: 25, time: 1h}, {share: "
        + "0.6, outcomes: 25, time: 1h}]";

    [Theory]
    [InlineData("won", 0.9, 3, 11)]
    [InlineData("rolled_back", 0, 2, 12)]
    public async Task Killed_node_does_each_step_of_a_canary_once(string verdict, double hits, int plans, int seed)
    {
        var random = new Random(seed);
        var node = await StartAsync();
        try
        {
            await TrainAsync(
                node, await node.PublishAndTrainAsync("echo", ExperimentProject.Write(PathOf("echo"), "echo", Rollout, log: "durable")));
            await node.UntilAsync("/api/projects/echo", info => info["champion"] is not null);
            var job = (string)(await node.PostAsync("/api/projects/echo/jobs", new { kind = "train" }))["id"]!;
            node = await KillAsync(node, random.Next(400));
            await TrainAsync(node, job);
            for (var kills = 1; kills < _maxKills && !HasEnded(await ExperimentAsync(node)); kills++)
            {
                await ExperimentProject.ServeAsync(node.Http, "echo", 30, version => version == "1.0.0:2" ? hits : 0.9, random);
                node = await KillAsync(node, random.Next(400));
            }

            // What is left to do needs no more luck: the node lives.
            while (!HasEnded(await ExperimentAsync(node)))
                await ExperimentProject.ServeAsync(node.Http, "echo", 30, version => version == "1.0.0:2" ? hits : 0.9, random);
            var ended = await ExperimentAsync(node);
            ((string)ended["verdict"]!).ShouldBe(verdict, ended.ToJsonString());
            await RequireOnceAsync(node, verdict, plans);
        }
        finally
        {
            await node.KillAsync();
            node.Dispose();
        }
    }

    private static async Task RequireOnceAsync(NodeProcess node, string verdict, int plans)
    {
        (await node.GetAsync("/api/projects/echo/experiments")).AsArray().Count.ShouldBe(1);
        var history = (await node.GetAsync("/api/projects/echo/rollout/history")).AsArray();
        history.Count(plan => (string?)plan!["by"] == "canary-1").ShouldBe(plans);
        var inForce = await node.GetAsync("/api/projects/echo/rollout");
        inForce["arms"]!.AsArray().Select(arm => (string)arm!["generation"]!)
            .ShouldBe([verdict == "won" ? "echo@1.0.0:2" : "echo@1.0.0:1"]);
        var project = await node.GetAsync("/api/projects/echo");
        project["promotions"]!.AsArray().Count.ShouldBe(verdict == "won" ? 2 : 1);
        (await node.GetAsync("/api/projects/echo/generations")).AsArray().Select(generation => (string)generation!["stage"]!)
            .ShouldBe(verdict == "won" ? ["retired", "champion"] : ["champion", "retired"]);
        var decisions =
            (await node.UntilAsync("/api/projects/echo/decisions?experiment=canary-1", list => list.AsArray().Count == plans)).AsArray();
        decisions.Select(decision => (string)decision!["id"]!).Distinct().Count().ShouldBe(plans);
        (await node.GetAsync("/api/projects/echo/decisions")).AsArray()
            .Count(decision => (string)decision!["by"]! == "canary-1" && (string)decision["kind"]! != "experiment").ShouldBe(plans);
    }

    private static bool HasEnded(JsonNode info) => (string)info["status"]! == "ended";

    private static async Task<JsonNode> ExperimentAsync(NodeProcess node)
    {
        await node.UntilAsync("/api/projects/echo/experiments", list => list.AsArray().Count > 0);
        return await node.GetAsync("/api/projects/echo/experiments/canary-1");
    }

    private static async Task TrainAsync(NodeProcess node, string job)
    {
        var ended = await node.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", (string)ended["message"]!);
    }

    private Task<NodeProcess> StartAsync() =>
        NodeProcess.StartAsync(Data, "--Experiments:CheckSeconds", "0.1", "--Metrics:ScoreSeconds", "0.1");

    private async Task<NodeProcess> KillAsync(NodeProcess node, int milliseconds)
    {
        await Task.Delay(milliseconds);
        await node.KillAsync();
        node.Dispose();
        return await StartAsync();
    }
}
