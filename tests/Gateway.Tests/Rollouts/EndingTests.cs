namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>An experiment that ends leaves one generation in production for all traffic, whatever cannot serve any more.</summary>
public sealed class EndingTests(RolloutNode rollout) : IClassFixture<RolloutNode>
{
    [Fact]
    public async Task Generation_of_another_project_is_not_promoted_and_the_experiment_goes_on()
    {
        await rollout.MakeAsync("ours");
        await rollout.MakeAsync("theirs");
        await StartAsync("ours", """{"strategy": "abtest", "generations": ["1.1.0:1"], "arms": ["theirs@1.0.0:1"]}""");
        var (status, problem) = await rollout.Node.TryPostAsync(
            "/api/projects/ours/experiments/abtest-1/promote", """{"version": "theirs@1.0.0:1", "by": "anna"}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldBe(
            "theirs@1.0.0:1 is another project's and cannot be in production in 'ours'; 1.1.0:1 would be right.");
        ((string)(await rollout.Node.GetAsync("/api/projects/ours/experiments/abtest-1"))["status"]!).ShouldBe("running");
        var promoted = await rollout.Node.PostAsync("/api/projects/ours/experiments/abtest-1/promote", new { by = "anna" });
        ((string)promoted["verdict"]!).ShouldBe("won");
        await RequireOnlyAsync("ours", "ours@1.1.0:1");
    }

    [Fact]
    public async Task Arm_that_only_stands_in_for_others_keeps_no_experiment_from_ending()
    {
        await rollout.MakeAsync("stood");
        await rollout.ReleaseOwnAsync("stood", "1.4.0");
        await StartAsync("stood", """{"strategy": "abtest", "generations": ["1.1.0:1"], "fallback": ["1.4.0:1", "champion"]}""");
        await LoseAsync("stood", "1.4.0:1");
        var ended = await rollout.Node.PostAsync("/api/projects/stood/experiments/abtest-1/abort", new { by = "anna" });
        ((string)ended["verdict"]!).ShouldBe("aborted", (string)ended["message"]!);
        await RequireOnlyAsync("stood", "stood@1.0.0:1");
    }

    [Fact]
    public async Task Winner_that_does_not_load_leaves_the_champion_in_charge()
    {
        await rollout.MakeAsync("winner");
        await rollout.ReleaseOwnAsync("winner", "1.4.0");
        await StartAsync("winner", """{"strategy": "abtest", "generations": ["1.4.0:1"]}""");
        await LoseAsync("winner", "1.4.0:1");
        var ended = await rollout.Node.PostAsync("/api/projects/winner/experiments/abtest-1/promote", new { by = "anna" });
        ((string)ended["verdict"]!).ShouldBe("rolled_back");
        ((string)ended["message"]!).ShouldContain("cannot serve");
        await RequireOnlyAsync("winner", "winner@1.0.0:1");
    }

    [Fact]
    public async Task Experiment_whose_champion_does_not_load_stays_open_until_somebody_says_who_serves()
    {
        await rollout.MakeAsync("lone");
        await rollout.ReleaseOwnAsync("lone", "1.4.0");
        await rollout.SetAsync("lone", """{"arms": [{"name": "champion", "generation": "1.4.0:1", "weight": 1}]}""");
        await StartAsync("lone", """{"strategy": "abtest", "generations": ["1.1.0:1"]}""");
        await LoseAsync("lone", "1.4.0:1");
        var (status, problem) = await rollout.Node.TryPostAsync("/api/projects/lone/experiments/abtest-1/abort", """{"by": "anna"}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldContain("is to end, but its champion cannot have all traffic");
        ((string)(await rollout.Node.GetAsync("/api/projects/lone/experiments/abtest-1"))["status"]!).ShouldBe("running");
        await rollout.Node.PostAsync("/api/projects/lone/promotions", new { version = "1.1.0:1", by = "anna" });
        await rollout.Node.UntilAsync("/api/projects/lone/experiments/abtest-1", info => (string?)info["verdict"] == "interrupted");
        await RequireOnlyAsync("lone", "lone@1.1.0:1");
    }

    private async Task StartAsync(string project, string experiment)
    {
        var (status, info) = await rollout.Node.TryPostAsync($"/api/projects/{project}/experiments", experiment);
        status.ShouldBe(200, info.ToJsonString());
        ((string)info["status"]!).ShouldBe("running");
    }

    /// <summary>Stops the node, loses the model of a generation, starts it again.</summary>
    private async Task LoseAsync(string project, string version)
    {
        var digest = (string)(await rollout.Node.GetAsync($"/api/projects/{project}/generations/{version}"))["assets"]!["model"]!;
        var model = Directory.EnumerateFiles(rollout.Data, "*", SearchOption.AllDirectories)
            .Single(file => Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file) == digest);
        await rollout.RestartAsync(() => File.Delete(model));
    }

    private async Task RequireOnlyAsync(string project, string generation)
    {
        var plan = await rollout.Node.GetAsync($"/api/projects/{project}/rollout");
        plan["arms"]!.AsArray().Select(arm => ((string)arm!["generation"]!, (double)arm["share"]!)).ShouldBe([(generation, 1)]);
    }
}
