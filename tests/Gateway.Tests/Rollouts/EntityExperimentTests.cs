namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Experiments on projects whose queries have entities, each of which meets the same arm for ever.</summary>
public sealed class EntityExperimentTests(ExperimentNode fixture) : IClassFixture<ExperimentNode>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Few_entities_tell_nothing_until_each_query_is_drawn_by_itself()
    {
        await fixture.PublishAsync("few", "strategy: explicit", more: "entity: x");
        await fixture.TrainAsync("few", isExplicit: true);
        await fixture.TrainAsync("few", isExplicit: true);
        await node.PostAsync("/api/projects/few/promotions", new { version = "1.0.0:1" });
        var rules = new { strategy = "abtest", metric = "hit", goal = "maximize", share = 0.5, outcomes = 4000, generations = (string[])[
            "1.0.0:2",
        ], sticky = true };
        await node.PostAsync("/api/projects/few/experiments", rules);
        // The ten values of x are ten entities: half of them is always right with the one, the other half always wrong with the other.
        var stuck = await fixture.ServeUntilAsync(
            "few",
            "abtest-1",
            version => version == "1.0.0:2" ? 0 : 1,
            info => ((string)info["message"]!).Contains("sticky: false", StringComparison.Ordinal),
            seed: 4);
        ((string)stuck["status"]!, (string)stuck["message"]!).ShouldSatisfyAllConditions(
            said => said.Item1.ShouldBe("running"), said => said.Item2.ShouldContain("of too few entities"));
        await node.PostAsync("/api/projects/few/experiments/abtest-1/abort", new { by = "me" });

        await node.PostAsync("/api/projects/few/experiments", rules with { sticky = false });
        ((string)(await node.UntilAsync("/api/projects/few/rollout", plan => plan["arms"]!.AsArray().Count == 2))["sticky_key"]!).ShouldBe(
            "query_id");
        var ended = await fixture.ServeUntilAsync(
            "few", "abtest-2", version => version == "1.0.0:2" ? 0 : 1, info => (string)info["status"]! == "ended", seed: 5);
        ((string)ended["verdict"]!, (bool)ended["rules"]!["sticky"]!).ShouldBe(("rolled_back", false));
        (await node.UntilAsync("/api/projects/few/rollout", plan => plan["arms"]!.AsArray().Count == 1))["sticky_key"].ShouldBeNull();
    }
}
