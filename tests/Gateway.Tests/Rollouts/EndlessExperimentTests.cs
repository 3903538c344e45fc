namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Bandits and selections divide the traffic for ever, as an outside world sees it through the API.</summary>
public sealed class EndlessExperimentTests(ExperimentNode fixture) : IClassFixture<ExperimentNode>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Bandit_takes_no_generation_in_that_is_scored_by_different_sql()
    {
        const string rollout = "strategy: bandit, metric: hit, goal: maximize";
        await fixture.PublishAsync("mixed", rollout);
        await fixture.TrainAsync("mixed");
        await fixture.TrainAsync("mixed");
        await node.UntilAsync("/api/projects/mixed/experiments/bandit-1", info => (string)info["status"]! == "running");
        await fixture.PublishAsync("mixed", rollout, "1.1.0", hit: "value = outcome");
        await fixture.TrainAsync("mixed");
        await fixture.UntilDecidedAsync("mixed", decision => (string)decision["id"]! == "mixed/proposal/1.1.0:1/refused");
        var info = await node.GetAsync("/api/projects/mixed/experiments/bandit-1");
        ((string)info["status"]!).ShouldBe("running");
        info["arms"]!.AsArray().Select(arm => (string)arm!["generation"]!).ShouldBe(["mixed@1.0.0:1", "mixed@1.0.0:2"]);
    }

    [Fact]
    public async Task Bandit_gives_the_better_generation_the_traffic_and_its_name()
    {
        await fixture.PublishAsync("bandit", "strategy: bandit, metric: hit, goal: maximize");
        await fixture.TrainAsync("bandit");
        await fixture.TrainAsync("bandit");
        var shown = await fixture.ServeUntilAsync(
            "bandit",
            "bandit-1",
            version => version == "1.0.0:2" ? 0.9 : 0.2,
            info => info["arms"]!.AsArray().Any(arm => (string)arm!["generation"]! == "bandit@1.0.0:2" && (double)arm["share"]! > 0.9),
            seed: 6);
        ((string)shown["status"]!).ShouldBe("running");
        await node.UntilAsync("/api/projects/bandit", project => (string)project["champion"]! == "bandit@1.0.0:2");
        await fixture.TrainAsync("bandit");
        await node.UntilAsync(
            "/api/projects/bandit/experiments/bandit-1",
            info => info["arms"]!.AsArray().Any(arm => (string)arm!["generation"]! == "bandit@1.0.0:3" && (double)arm["share"]! > 0));
    }

    [Fact]
    public async Task Selection_follows_the_projects_own_sql()
    {
        const string select = "SELECT generation, CASE WHEN champion THEN 0.75 ELSE 0.25 END AS weight FROM generations WHERE outcomes >= "
            + "0";
        await fixture.PublishAsync("chosen", $"strategy: select, select: \"{select}\"");
        await fixture.TrainAsync("chosen");
        await fixture.TrainAsync("chosen");
        var plan = await node.UntilAsync("/api/projects/chosen/rollout", shown => shown["arms"]!.AsArray().Count == 2);
        plan["arms"]!.AsArray().ToDictionary(arm => (string)arm!["generation"]!, arm => (double)arm!["share"]!)
            .ShouldBe(new Dictionary<string, double> { ["chosen@1.0.0:1"] = 0.75, ["chosen@1.0.0:2"] = 0.25 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Rules_answer_until_the_model_behind_them_has_its_outcomes()
    {
        await fixture.PublishAsync("house", "strategy: explicit");
        await fixture.TrainAsync("house", isExplicit: true);
        const string select = "SELECT generation, CASE WHEN (project = 'house') = (SELECT max(known_outcomes) < 60 FROM generations WHERE "
            + "project <> 'house') THEN 1 ELSE 0 END AS weight FROM generations";
        await fixture.PublishAsync("cold", $"strategy: select, arms: ['house@1.0.0:1'], select: \"{select}\"");
        await fixture.TrainAsync("cold");
        var plan = await node.UntilAsync(
            "/api/projects/cold/rollout", shown => shown["shadows"]!.AsArray().Count == 1 && (bool)shown["in_force"]!);
        plan["arms"]!.AsArray().ToDictionary(arm => (string)arm!["generation"]!, arm => (double)arm!["share"]!)
            .ShouldBe(new Dictionary<string, double> { ["cold@1.0.0:1"] = 0, ["house@1.0.0:1"] = 1 }, ignoreOrder: true);
        ((string)plan["champion"]!).ShouldBe((string)plan["shadows"]![0]!);

        (await fixture.ServeAsync("cold", 50, _ => 1, new Random(1))).Keys.ShouldBe(["house@1.0.0:1"]);
        var info = await fixture.UntilCountedAsync("cold", "select-1", 100);
        info["arms"]!.AsArray().Select(arm => (long)arm!["outcomes"]!).ShouldBe([50, 50]);
        ((double)(await node.GetAsync("/api/projects/cold/rollout"))["arms"]!.AsArray()
            .Single(arm => (string)arm!["generation"]! == "cold@1.0.0:1")!["share"]!).ShouldBe(0);
        await fixture.ServeAsync("cold", 20, _ => 1, new Random(2));
        await node.UntilAsync(
            "/api/projects/cold/rollout",
            shown => shown["arms"]!.AsArray().Any(arm => (string)arm!["generation"]! == "cold@1.0.0:1" && (double)arm["share"]! == 1));
    }

    [Fact]
    public async Task Bandit_goes_on_dividing_the_traffic_where_a_gate_refuses_the_best_its_name()
    {
        await fixture.PublishAsync("barred", "strategy: bandit, metric: hit, goal: maximize");
        await fixture.TrainAsync("barred");
        await fixture.PublishAsync(
            "barred", "strategy: bandit, metric: hit, goal: maximize", "1.1.0", "gates: [{name: never, before: champion, when: age < 0}]");
        await fixture.TrainAsync("barred");
        await fixture.ServeUntilAsync(
            "barred", "bandit-1", version => version == "1.1.0:1" ? 0.9 : 0.2,
            info => info["arms"]!.AsArray()
                .Any(arm => (string)arm!["generation"]! == "barred@1.1.0:1" && (double)arm["share"]! > 0.98), seed: 8);
        (await fixture.ChampionAsync("barred")).ShouldBe("barred@1.0.0:1");
        (await fixture.DecisionsAsync("barred", "bandit-1")).Count(
            decision => ((string)decision["message"]!).Contains("does not pass", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Selection_that_cannot_work_is_refused_at_release_with_its_place()
    {
        var wrong = ExperimentProject.Write(
            Directory.CreateTempSubdirectory("progeny-test-").FullName,
            "unselect",
            "strategy: select, select: 'SELECT generation, los AS weight FROM generations'");
        using var response = await node.PublishAsync("unselect", wrong);
        ((int)response.StatusCode).ShouldBe(400);
        var problem = await response.Content.ReadAsStringAsync();
        problem.ShouldContain("no such column: los");
        problem.ShouldContain("at character 20");
    }
}
