using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Plans as the API takes and shows them.</summary>
public sealed class PlanTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Plan_is_shown_as_it_was_set_with_who_and_why()
    {
        await PublishAsync("shown", generations: 3);
        await node.PostAsync("/api/projects/shown/promotions", new { version = "1.0.0:1", reason = "the first" });
        var plan = await SetAsync("shown", """
            {"arms": [{"name": "champion", "generation": "1.0.0:1", "weight": 90}, {"name": "canary", "generation": "shown@1.0.0:2", "weight": 10},
                      {"name": "next", "generation": "1.0.0:3", "weight": 0}],
             "fallback": ["champion"], "shadows": ["next"], "sticky_key": "x", "by": "anna", "reason": "try it"}
            """);
        (await node.GetAsync("/api/projects/shown/rollout")).ToJsonString().ShouldBe(plan.ToJsonString());
        ((long)plan["version"]!).ShouldBe(2);
        ((string)plan["champion"]!).ShouldBe("champion");
        plan["arms"]!.AsArray().Select(arm => ((string)arm!["name"]!, (string)arm["generation"]!, (double)arm["share"]!)).ShouldBe(
            [("canary", "shown@1.0.0:2", 0.1), ("champion", "shown@1.0.0:1", 0.9), ("next", "shown@1.0.0:3", 0)]);
        ((string)plan["by"]!).ShouldBe("anna");
        ((string)plan["sticky_key"]!).ShouldBe("x");
        (await StagesAsync("shown")).ShouldBe(["champion", "challenger", "shadow"]);

        var history = (await node.GetAsync("/api/projects/shown/rollout/history")).AsArray();
        history.Select(entry => (string?)entry!["reason"]).ShouldBe(["try it", "the first", null]);
        var project = await node.GetAsync("/api/projects/shown");
        ((string)project["champion"]!).ShouldBe("shown@1.0.0:1");
        project["promotions"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Plan_with_another_champion_promotes_it_and_retires_what_it_leaves_out()
    {
        await PublishAsync("succeeds", generations: 3);
        await SetAsync(
            "succeeds",
            """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "1.0.0:2", "weight": 1}], "champion": "a"}""");
        await SetAsync(
            "succeeds",
            """{"arms": [{"name": "b", "generation": "1.0.0:2", "weight": 1}, {"name": "c", "generation": "1.0.0:3", "weight": 1}], "champion": "b", "reason": "b won"}""");
        (await StagesAsync("succeeds")).ShouldBe(["retired", "champion", "challenger"]);
        var project = await node.GetAsync("/api/projects/succeeds");
        var last = project["promotions"]!.AsArray()[^1]!;
        ((string)last["generation"]!, (string)last["previous"]!, (string)last["reason"]!).ShouldBe(
            ("succeeds@1.0.0:2", "succeeds@1.0.0:1", "b won"));

        await node.PostAsync("/api/projects/succeeds/promotions", new { version = "1.0.0:3" });
        (await StagesAsync("succeeds")).ShouldBe(["retired", "retired", "champion"]);
        var plan = await node.GetAsync("/api/projects/succeeds/rollout");
        plan["arms"]!.AsArray().ShouldHaveSingleItem()!["name"]!.GetValue<string>().ShouldBe("champion");
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_plan_is_named()
    {
        await PublishAsync("faulty", generations: 1);
        var problem = await RefusedAsync("faulty", 400, """
            {"arms": [{"name": "Canary", "generation": "1.0.0:1", "weight": -1}, {"name": "b", "generation": "1.0.0:1", "weight": 1e999},
                      {"name": "b", "generation": "1.0.0:1", "weight": 1}],
             "fallback": ["c"], "shadows": ["b", "b"], "champion": "d"}
            """);
        ((string)problem["title"]!).ShouldBe("Invalid plan");
        Faults(problem)
            .ShouldBe(["arms[0].name", "arms[0].weight", "arms[1].weight", "arms[2].name", "fallback[0]", "shadows[1]", "champion"]);
        problem = await RefusedAsync(
            "faulty", 400, """{"arms": [{"name": "a", "generation": "newest"}, {"name": "b", "generation": "1.0.0:1"}]}""");
        Faults(problem).ShouldBe(["arms[0].weight", "arms[0].generation", "arms[1].weight"]);
        Faults(await RefusedAsync("faulty", 400, """{"arms": []}""")).ShouldBe(["arms"]);
        Faults(await RefusedAsync("faulty", 400, """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 0}]}""")).ShouldBe(["arms"]);
        problem = await RefusedAsync(
            "faulty",
            400,
            """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "nowhere@1.0.0:7", "weight": 1}], "champion": "a"}""");
        ((string)problem["errors"]![0]!["message"]!).ShouldBe("there is no generation nowhere@1.0.0:7");
        problem = await RefusedAsync(
            "faulty", 400, """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}], "sticky_key": "customer"}""");
        ((string)problem["errors"]![0]!["message"]!).ShouldBe("no arm has a field 'customer'; query_id or one of x would do");
        ((long)(await node.GetAsync("/api/projects/faulty"))["plan_version"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Another_projects_generation_may_serve_but_not_be_in_charge()
    {
        await PublishAsync("host", generations: 1);
        await PublishAsync("guest", generations: 1);
        var problem = await RefusedAsync("host", 400, """{"arms": [{"name": "g", "generation": "guest@1.0.0:1", "weight": 1}]}""");
        ((string)problem["errors"]![0]!["message"]!).ShouldContain("a generation of 'host' must be in production");
        await SetAsync(
            "host",
            """{"arms": [{"name": "own", "generation": "1.0.0:1", "weight": 1}, {"name": "g", "generation": "guest@1.0.0:1", "weight": 1}], "champion": "own"}""");
        (await StagesAsync("guest")).ShouldBe(["staged"]);
    }

    [Fact]
    public async Task Plan_that_was_changed_meanwhile_is_a_conflict()
    {
        await PublishAsync("raced", generations: 1);
        const string plan = """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}], "version": 0}""";
        await SetAsync("raced", plan);
        var problem = await RefusedAsync("raced", 409, plan);
        ((string)problem["detail"]!).ShouldContain("plan 1 is in force");
    }

    [Fact]
    public async Task Plans_that_are_set_at_once_without_a_version_are_all_put_in_force_one_after_the_other()
    {
        await PublishAsync("at-once", generations: 2);
        var plans = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => SetAsync("at-once", $$"""
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": {{i + 1}}}, {"name": "b", "generation": "1.0.0:2", "weight": 1}], "champion": "{{(i % 2 == 0 ? "a" : "b")}}"}
            """)));
        plans.Select(plan => (long)plan["version"]!).Order().ShouldBe([1, 2, 3, 4, 5, 6]);
        var last = await node.GetAsync("/api/projects/at-once/rollout");
        last["arms"]!.ToJsonString().ShouldBe(plans.Single(plan => (long)plan["version"]! == 6)["arms"]!.ToJsonString());
    }

    [Fact]
    public async Task Project_that_does_not_exist_has_no_plan()
    {
        (await node.Http.GetAsync("/api/projects/none/rollout")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        await RefusedAsync("none", 404, """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}]}""");
    }

    private static IEnumerable<string> Faults(JsonNode problem) => problem["errors"]!.AsArray().Select(error => (string)error!["path"]!);

    private async Task PublishAsync(string project, int generations)
    {
        (await node.PublishAsync(project, EchoProject.WriteFinished(fixture.PathOf(project), project))).EnsureSuccessStatusCode();
        for (var i = 0; i < generations; i++)
            ((string)(await node.TrainAsync(project))["status"]!).ShouldBe("succeeded");
    }

    private async Task<JsonNode> SetAsync(string project, string plan)
    {
        var (status, body) = await node.TryPutAsync($"/api/projects/{project}/rollout", plan);
        status.ShouldBe(200, body.ToJsonString());
        return body;
    }

    private async Task<JsonNode> RefusedAsync(string project, int expected, string plan)
    {
        var (status, body) = await node.TryPutAsync($"/api/projects/{project}/rollout", plan);
        status.ShouldBe(expected, body.ToJsonString());
        return body;
    }

    private async Task<IEnumerable<string>> StagesAsync(string project) =>
        (await node.GetAsync($"/api/projects/{project}/generations")).AsArray().Select(generation => (string)generation!["stage"]!);
}
