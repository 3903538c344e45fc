namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>What a promotion or rollback keeps of the plan before, and takes from the release.</summary>
public sealed class PromotedPlanTests(RolloutNode rollout) : IClassFixture<RolloutNode>
{
    [Fact]
    public async Task Promotion_brings_the_chain_of_its_release_without_those_that_cannot_serve()
    {
        await rollout.MakeAsync("chained", "{log: fast, rollout: {strategy: explicit, fallback: ['1.0.0:1', '1.9.0:1', champion]}}");
        await rollout.Node.PostAsync("/api/projects/chained/promotions", new { version = "1.1.0:1", reason = "better" });
        var plan = await rollout.Node.UntilAsync("/api/projects/chained/rollout", shown => (bool)shown["in_force"]!);
        plan["arms"]!.AsArray().Select(arm => ((string)arm!["name"]!, (string)arm["generation"]!, (double)arm["share"]!))
            .ShouldBe([("champion", "chained@1.1.0:1", 1), ("v1-0-0-1", "chained@1.0.0:1", 0)]);
        plan["fallback"]!.AsArray().Select(name => (string)name!).ShouldBe(["v1-0-0-1", "champion"]);
        // The new champion cannot take the root of what is below 0.
        var answer = await rollout.PredictAsync("chained", """{"rows": [{"x": -9}]}""");
        ((float)answer["predictions"]![0]!["value"]!, (string)answer["version"]!).ShouldBe((-9f, "1.0.0:1"));
    }

    [Fact]
    public async Task Sticky_key_outlives_promotions_and_rollbacks_as_long_as_the_champion_knows_the_field()
    {
        await rollout.MakeAsync("sticks");
        await rollout.SetAsync("sticks", """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}], "sticky_key": "x"}""");
        await rollout.Node.PostAsync("/api/projects/sticks/promotions", new { version = "1.1.0:1" });
        (await KeyAsync("sticks")).ShouldBe("x");
        await rollout.Node.PostAsync("/api/projects/sticks/rollback", new { });
        (await KeyAsync("sticks")).ShouldBe("x");
        await rollout.SetAsync("sticks", """{"arms": [{"name": "a", "generation": "1.1.0:1", "weight": 1}], "sticky_key": "y"}""");
        await rollout.Node.PostAsync("/api/projects/sticks/rollback", new { });
        (await KeyAsync("sticks")).ShouldBeNull();
    }

    private async Task<string?> KeyAsync(string project) =>
        (string?)(await rollout.Node.GetAsync($"/api/projects/{project}/rollout"))["sticky_key"];
}
