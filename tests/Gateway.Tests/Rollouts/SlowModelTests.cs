using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Releases;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Models that take long to load, or do not on this node, keep nobody else from serving.</summary>
public sealed class SlowModelTests : IClassFixture<SlowModelTests.HeldNode>
{
    private readonly RolloutNode rollout;
    private readonly HeldModels models;

    public SlowModelTests(HeldNode node) => (rollout, models) = (node, (HeldModels)node.Node.Services.GetRequiredService<IArtifactStore>());

    [Fact]
    public async Task Rollback_does_not_wait_for_a_model_that_takes_long_to_load_and_that_one_comes_too_late()
    {
        await rollout.MakeAsync("slow");
        await rollout.Node.PostAsync("/api/projects/slow/promotions", new { version = "1.0.0:1" });
        await rollout.Node.PostAsync("/api/projects/slow/promotions", new { version = "1.1.0:1" });
        await rollout.ReleaseOwnAsync("slow", "1.4.0");
        var digest = await DigestAsync("slow", "1.4.0:1");
        models.Hold(digest);
        var slow = rollout.Node.TryPostAsync("/api/projects/slow/promotions", """{"version": "1.4.0:1"}""");
        var back = await rollout.Node.PostAsync("/api/projects/slow/rollback", new { by = "anna" });
        ((string)back["generation"]!).ShouldBe("slow@1.0.0:1");
        slow.IsCompleted.ShouldBeFalse();
        await rollout.Node.UntilAsync("/api/projects/slow/rollout", plan => (bool)plan["in_force"]!);

        models.LetGo(digest);
        var (status, problem) = await slow;
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldStartWith(
            "slow@1.0.0:1 was put into production in 'slow' while the model of slow@1.4.0:1 was loaded");
        ((string)(await rollout.Node.GetAsync("/api/projects/slow"))["champion"]!).ShouldBe("slow@1.0.0:1");
    }

    [Fact]
    public async Task Plan_without_a_version_does_not_undo_a_rollback_that_came_while_its_model_was_loaded()
    {
        await rollout.MakeAsync("undone");
        await rollout.Node.PostAsync("/api/projects/undone/promotions", new { version = "1.1.0:1" });
        await rollout.ReleaseOwnAsync("undone", "1.4.0");
        var digest = await DigestAsync("undone", "1.4.0:1");
        models.Hold(digest);
        var slow = rollout.Node.TryPutAsync(
            "/api/projects/undone/rollout", """{"arms": [{"name": "a", "generation": "1.4.0:1", "weight": 1}]}""");
        await rollout.Node.PostAsync("/api/projects/undone/rollback", new { by = "anna" });
        models.LetGo(digest);
        var (status, problem) = await slow;
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldStartWith("'undone' was rolled back to undone@1.0.0:1");
    }

    [Fact]
    public async Task Arm_that_only_stands_in_for_others_holds_up_no_plan_on_a_node_that_cannot_load_it()
    {
        await rollout.MakeAsync("unheld");
        await rollout.ReleaseOwnAsync("unheld", "1.4.0");
        await rollout.PredictAsync("unheld", """{"rows": [{"x": 1}]}""");
        // It is loaded when the plan is made, and unloaded at once, for there is no memory for it; the agent finds it gone.
        models.Limit(await DigestAsync("unheld", "1.4.0:1"), 1);
        await rollout.SetAndWaitAsync("unheld", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "1.4.0:1", "weight": 0}], "champion": "a", "fallback": ["b"]}
            """);
        await rollout.PredictAsync("unheld", """{"rows": [{"x": 1}]}""");
    }

    /// <summary>A node whose models are unloaded as soon as nobody holds them.</summary>
    public sealed class HeldNode : RolloutNode
    {
        protected override Task<Node> StartAsync(params string[] settings) =>
            Node.StartAsync(Data, HeldModels.Wrap, ["--Serving:ModelMemory", "1", .. settings]);
    }

    private async Task<string> DigestAsync(string project, string version) =>
        (string)(await rollout.Node.GetAsync($"/api/projects/{project}/generations/{version}"))["assets"]!["model"]!;
}
