using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>New generations prove themselves on live traffic, as an outside world sees it through the API.</summary>
public sealed class ExperimentTests(ExperimentNode fixture) : IClassFixture<ExperimentNode>
{
    private const string Canary = "strategy: canary, metric: hit, goal: maximize, steps: [{share: 0.2, outcomes: 40, time: 1h}, {share: "
        + "0.5, outcomes: 40, time: 1h}]";
    private const string AbTest = "strategy: abtest, metric: hit, goal: maximize, share: 0.5, outcomes: 500";

    private readonly Node node = fixture.Node;

    [Fact]
    public async Task First_generation_is_in_charge_at_once_and_the_next_one_has_to_prove_itself()
    {
        await fixture.PublishAsync("proves", AbTest);
        await fixture.TrainAsync("proves");
        (await fixture.ChampionAsync("proves")).ShouldBe("proves@1.0.0:1");
        await fixture.TrainAsync("proves");
        var running = await node.UntilAsync("/api/projects/proves/experiments/abtest-1", info => (string)info["status"]! == "running");
        running["arms"]!.AsArray().Select(arm => ((string)arm!["name"]!, (string)arm["generation"]!, (double)arm["share"]!)).ShouldBe(
            [("champion", "proves@1.0.0:1", 0.5), ("challenger", "proves@1.0.0:2", 0.5)]);
        (await StagesAsync("proves")).ShouldBe(["champion", "challenger"]);

        var ended = await fixture.ServeUntilAsync("proves", "abtest-1", version => version == "1.0.0:2" ? 0.8 : 0.4, HasEnded, seed: 1);
        ((string)ended["verdict"]!).ShouldBe("won", (string)ended["message"]!);
        (await fixture.ChampionAsync("proves")).ShouldBe("proves@1.0.0:2");
        (await StagesAsync("proves")).ShouldBe(["retired", "champion"]);

        await fixture.UntilDecidedAsync(
            "proves", decision => ((string)decision["message"]!).StartsWith("It is better", StringComparison.Ordinal));
        var decisions = await fixture.DecisionsAsync("proves");
        decisions.Select(decision => (string)decision["kind"]!)
            .ShouldBe(["promotion", "experiment", "plan", "experiment", "promotion"], ignoreOrder: true);
        var verdict = decisions.Last(
            decision =>
                (string)decision["kind"]! == "experiment" && ((string)decision["message"]!).Contains("better", StringComparison.Ordinal));
        ((string)verdict["generation"]!).ShouldBe("proves@1.0.0:2");
        ((double)verdict["figures"]!["evidence_better_challenger"]!).ShouldBeGreaterThanOrEqualTo(40);
        (await fixture.DecisionsAsync("proves", "abtest-1")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Bad_canary_is_rolled_back_and_never_gets_to_its_second_step()
    {
        await fixture.PublishAsync("sick", Canary.Replace("40", "4000", StringComparison.Ordinal));
        await fixture.TrainAsync("sick");
        await fixture.TrainAsync("sick");
        var ended = await fixture.ServeUntilAsync("sick", "canary-1", version => version == "1.0.0:2" ? 0.1 : 0.9, HasEnded, seed: 2);
        ((string)ended["verdict"]!).ShouldBe("rolled_back", (string)ended["message"]!);
        ((int)ended["step"]!).ShouldBe(1);
        (await fixture.ChampionAsync("sick")).ShouldBe("sick@1.0.0:1");
        (await StagesAsync("sick")).ShouldBe(["champion", "retired"]);
        await node.UntilAsync("/api/projects/sick/rollout", plan => (bool)plan["in_force"]!);
        (await fixture.ServeAsync("sick", 100, _ => 1, new Random(1))).Keys.ShouldBe(["1.0.0:1"]);
    }

    [Fact]
    public async Task Canary_that_fails_on_its_own_queries_is_rolled_back_though_the_champion_answers_them()
    {
        await fixture.PublishAsync("failing", Canary);
        await fixture.TrainAsync("failing");
        await fixture.PublishAsync("failing", Canary, "1.1.0", operation: "Sqrt");
        await fixture.TrainAsync("failing");
        await node.UntilAsync("/api/projects/failing/experiments/canary-1", info => (double)info["elapsed"]! > 3);
        // Whoever names a version chooses for himself: that it answers him says nothing.
        for (var i = 0; i < 20; i++)
            await node.PostAsync("/api/projects/failing/versions/1.1.0:1/predict", new { rows = new[] { new { x = 1 } } });
        JsonNode info;
        do
        {
            for (var i = 0; i < 20; i++)
                await node.PostAsync("/api/projects/failing/predict", new { rows = new[] { new { x = -1 } } });
            info = await node.GetAsync("/api/projects/failing/experiments/canary-1");
        }
        while (!HasEnded(info));
        ((string)info["verdict"]!).ShouldBe("rolled_back");
        ((string)info["message"]!).ShouldMatch(@"^1\.1\.0:1 fails on ([\d,]+) of \1 requests, the champion on 0 of [\d,]+ ");
        (await fixture.ChampionAsync("failing")).ShouldBe("failing@1.0.0:1");
    }

    [Fact]
    public async Task Generations_that_are_scored_by_different_sql_are_not_compared()
    {
        const string other = "CASE WHEN abs(value - outcome) < 2 THEN 1 ELSE 0 END";
        await fixture.PublishAsync("unlike", "strategy: explicit");
        await fixture.TrainAsync("unlike", isExplicit: true);
        await node.PostAsync("/api/projects/unlike/promotions", new { version = "1.0.0:1" });
        await fixture.PublishAsync("unlike", Canary, "1.1.0", hit: other);
        await fixture.TrainAsync("unlike");
        var refused = await fixture.UntilDecidedAsync("unlike", decision => (string)decision["id"]! == "unlike/proposal/1.1.0:1/refused");
        ((string)refused["message"]!).ShouldContain($"the metric 'hit' of unlike@1.1.0:1 is \"{other}\"");
        (await node.GetAsync("/api/projects/unlike/experiments")).AsArray().ShouldAllBe(info => (string)info!["status"]! == "ended");

        var (status, problem) = await node.TryPostAsync(
            "/api/projects/unlike/experiments",
            """{"strategy": "abtest", "metric": "hit", "goal": "maximize", "generations": ["1.1.0:1"]}""");
        status.ShouldBe(400);
        ((string)problem["errors"]![0]!["path"]!).ShouldBe("metric");
        // The loss means the same of both.
        var shares = new Dictionary<string, double> { ["1.1.0:1"] = 0.3 };
        var info = await node.PostAsync(
            "/api/projects/unlike/experiments", new { strategy = "abtest", generations = new[] { "1.1.0:1" }, shares });
        info["arms"]!.AsArray().Select(arm => Math.Round((double)arm!["share"]!, 6)).ShouldBe([0.7, 0.3]);
        ((double)info["rules"]!["shares"]!["1.1.0:1"]!).ShouldBe(0.3);
    }

    [Fact]
    public async Task Good_canary_goes_through_its_steps_and_is_in_charge()
    {
        await fixture.PublishAsync("healthy", Canary);
        await fixture.TrainAsync("healthy");
        await fixture.TrainAsync("healthy");
        var ended = await fixture.ServeUntilAsync("healthy", "canary-1", _ => 0.7, HasEnded, seed: 3);
        ((string)ended["verdict"]!).ShouldBe("won", (string)ended["message"]!);
        ended["history"]!.AsArray().Count.ShouldBe(3);
        (await node.GetAsync("/api/projects/healthy/rollout/history")).AsArray().Select(plan => (string?)plan!["by"]).Take(3)
            .ShouldBe(["canary-1", "canary-1", "canary-1"]);
        (await fixture.ChampionAsync("healthy")).ShouldBe("healthy@1.0.0:2");
    }

    [Fact]
    public async Task Shadow_is_compared_on_the_outcomes_of_the_queries_it_shadowed_and_counts_as_nobodys_answer()
    {
        await fixture.PublishAsync("shade", "strategy: shadow, outcomes: 60");
        await fixture.TrainAsync("shade");
        await fixture.TrainAsync("shade");
        await node.UntilAsync("/api/projects/shade/rollout", plan => plan["shadows"]!.AsArray().Count == 1 && (bool)plan["in_force"]!);
        var served = await fixture.ServeAsync("shade", 40, _ => 0.5, new Random(4));
        served.Keys.ShouldBe(["1.0.0:1"]);
        var info = await fixture.UntilCountedAsync("shade", "shadow-1", 80);
        info["arms"]!.AsArray().Select(arm => (long)arm!["outcomes"]!).ShouldBe([40, 40]);
        ((double)info["arms"]![0]!["mean"]!).ShouldBe((double)info["arms"]![1]!["mean"]!, 1e-9);
        ((bool)info["arms"]![1]!["shadow"]!).ShouldBeTrue();
        // What is shown can be posted: a shadow has no metric, goal or alpha of its own.
        info["rules"]!.AsObject().Where(rule => rule.Value is not null).Select(rule => rule.Key)
            .ShouldBe(["strategy", "outcomes", "time", "fallback"]);
        var metrics = await node.GetAsync("/api/projects/shade/metrics");
        metrics["series"]![0]!["points"]!.AsArray().Sum(point => (long)point!["outcomes"]!).ShouldBe(40);

        await fixture.ServeAsync("shade", 40, _ => 0.5, new Random(5));
        var ended = await node.UntilAsync("/api/projects/shade/experiments/shadow-1", HasEnded);
        ((string)ended["verdict"]!).ShouldBe("won", (string)ended["message"]!);
    }

    [Fact]
    public async Task Late_outcomes_and_corrections_count_once_whatever_they_come_for()
    {
        await fixture.PublishAsync("late", AbTest);
        await fixture.TrainAsync("late");
        await node.PostAsync("/api/projects/late/predict", new { rows = new[] { new { x = 1 } }, query_id = "before" });
        await node.UntilAsync("/api/projects/late/queries/before", _ => true);
        await fixture.TrainAsync("late");
        await node.UntilAsync("/api/projects/late/rollout", plan => plan["arms"]!.AsArray().Count == 2 && (bool)plan["in_force"]!);
        for (var i = 0; i < 20; i++)
            await node.PostAsync("/api/projects/late/predict", new { rows = new[] { new { x = 1 } }, query_id = $"q{i}" });
        await node.PostAsync(
            "/api/projects/late/outcomes",
            new { outcomes = Enumerable.Range(0, 20).Select(i => new { query_id = $"q{i}", outcome = 1 })
                .Append(new { query_id = "before", outcome = 1 }) });
        var info = await fixture.UntilCountedAsync("late", "abtest-1", 20);
        info["arms"]!.AsArray().Select(arm => (double)arm!["mean"]!).ShouldBe([1, 1]);

        await node.PostAsync(
            "/api/projects/late/outcomes",
            new { outcomes = Enumerable.Range(0, 20).Select(i => new { query_id = $"q{i}", outcome = 77 }) });
        await node.UntilAsync(
            "/api/projects/late/experiments/abtest-1", corrected => corrected["arms"]!.AsArray().All(arm => (double)arm!["mean"]! == 0));
        (await fixture.UntilCountedAsync("late", "abtest-1", 20)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Plan_by_hand_ends_an_experiment_and_stays()
    {
        await fixture.PublishAsync("taken", Canary);
        await fixture.TrainAsync("taken");
        await fixture.TrainAsync("taken");
        await node.UntilAsync("/api/projects/taken/experiments/canary-1", info => (string)info["status"]! == "running");
        var (status, _) = await node.TryPutAsync(
            "/api/projects/taken/rollout",
            """{"arms": [{"name": "mine", "generation": "1.0.0:2", "weight": 1}], "by": "anna", "reason": "I know"}""");
        status.ShouldBe(200);
        var ended = await node.UntilAsync("/api/projects/taken/experiments/canary-1", HasEnded);
        ((string)ended["verdict"]!).ShouldBe("interrupted");
        ((string)ended["message"]!).ShouldContain("anna");
        (await fixture.ChampionAsync("taken")).ShouldBe("taken@1.0.0:2");
    }

    [Fact]
    public async Task Rollback_puts_the_champion_before_back_within_two_seconds()
    {
        await fixture.PublishAsync("back", "strategy: latest");
        await fixture.TrainAsync("back");
        await fixture.TrainAsync("back");
        await node.UntilAsync("/api/projects/back", project => (string)project["champion"]! == "back@1.0.0:2");
        await UntilAnswersAsync("back", "1.0.0:2");
        var since = Stopwatch.StartNew();
        var promotion = await node.PostAsync("/api/projects/back/rollback", new { by = "anna", reason = "it is odd" });
        ((string)promotion["generation"]!).ShouldBe("back@1.0.0:1");
        await UntilAnswersAsync("back", "1.0.0:1");
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
        var decision = (await fixture.DecisionsAsync("back"))[0];
        ((string)decision["kind"]!, (string)decision["by"]!).ShouldBe(("rollback", "anna"));
        ((string)decision["message"]!).ShouldContain("it is odd");

        var (status, problem) = await node.TryPostAsync("/api/projects/back/rollback", """{"version": "1.0.0:7"}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldContain("was never in production");
    }

    [Fact]
    public async Task Gate_refuses_a_generation_by_name_whoever_wants_it_in_charge()
    {
        await fixture.PublishAsync("gated", "strategy: latest");
        await fixture.TrainAsync("gated");
        await fixture.PublishAsync("gated", "strategy: latest", "1.1.0", "gates: [{name: never, before: champion, when: age < 0}]");
        await fixture.TrainAsync("gated");
        var refused = await fixture.UntilDecidedAsync("gated", decision => (string)decision["by"]! == "gate never");
        ((string)refused["kind"]!).ShouldBe("gate");
        (await fixture.ChampionAsync("gated")).ShouldBe("gated@1.0.0:1");
        var (status, problem) = await node.TryPostAsync("/api/projects/gated/promotions", """{"version": "1.1.0:1"}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldContain("never");
        await node.PostAsync("/api/projects/gated/promotions", new { version = "1.1.0:1", force = true, by = "anna" });
        (await fixture.ChampionAsync("gated")).ShouldBe("gated@1.1.0:1");
    }

    [Fact]
    public async Task Newer_generation_waits_for_the_end_of_the_experiment_and_takes_the_place_of_one_that_waits()
    {
        await fixture.PublishAsync("queue", Canary);
        for (var i = 0; i < 4; i++)
            await fixture.TrainAsync("queue");
        await fixture.UntilDecidedAsync("queue", decision => (string)decision["id"]! == "queue/proposal/1.0.0:3/superseded");
        (await node.GetAsync("/api/projects/queue/experiments")).AsArray().Count.ShouldBe(1);
        await node.PostAsync("/api/projects/queue/experiments/canary-1/abort", new { by = "anna", reason = "enough" });
        var next = await node.UntilAsync("/api/projects/queue/experiments/canary-2", info => (string)info["status"]! == "running");
        next["arms"]!.AsArray().Select(arm => (string)arm!["generation"]!).ShouldBe(["queue@1.0.0:1", "queue@1.0.0:4"]);
        var first = await node.GetAsync("/api/projects/queue/experiments/canary-1");
        ((string)first["verdict"]!).ShouldBe("aborted");
        (await StagesAsync("queue")).ShouldBe(["champion", "retired", "staged", "challenger"]);
    }

    [Fact]
    public async Task Experiment_is_started_paused_resumed_and_promoted_by_hand()
    {
        await fixture.PublishAsync("manual", "strategy: explicit");
        await fixture.TrainAsync("manual", isExplicit: true);
        await fixture.TrainAsync("manual", isExplicit: true);
        await node.PostAsync("/api/projects/manual/promotions", new { version = "1.0.0:1" });
        var (status, problem) = await node.TryPostAsync(
            "/api/projects/manual/experiments",
            """{"strategy": "canary", "metric": "hut", "steps": [{"share": 2, "outcomes": 10, "time": "1h"}], "generations": ["1.0"]}""");
        status.ShouldBe(400);
        problem["errors"]!.AsArray().Select(error => (string)error!["path"]!)
            .ShouldBe(["steps[0].share", "metric", "generations[0]"], ignoreOrder: true);
        var info = await node.PostAsync(
            "/api/projects/manual/experiments",
            new { strategy = "abtest", metric = "hit", goal = "maximize", generations = new[]
            {
                "1.0.0:2",
            }, by = "anna", reason = "to see" });
        ((string)info["id"]!, (string)info["status"]!, (string)info["by"]!).ShouldBe(("abtest-1", "running", "anna"));
        (status, _) = await node.TryPostAsync("/api/projects/manual/experiments", """{"strategy": "shadow", "generations": ["1.0.0:2"]}""");
        status.ShouldBe(409);

        ((string)(await node.PostAsync("/api/projects/manual/experiments/abtest-1/pause", new { by = "anna" }))["status"]!).ShouldBe(
            "paused");
        await node.UntilAsync("/api/projects/manual/rollout", plan => (bool)plan["in_force"]!);
        for (var i = 0; i < 6; i++)
            await fixture.ServeAsync("manual", 50, version => version == "1.0.0:2" ? 1 : 0, new Random(i));
        var paused = await fixture.UntilCountedAsync("manual", "abtest-1", 300);
        ((string)paused["status"]!).ShouldBe("paused");
        ((double)paused["arms"]![1]!["evidence_better"]!).ShouldBeGreaterThan(1_000);
        await node.PostAsync("/api/projects/manual/experiments/abtest-1/resume", new { by = "anna" });
        ((string)(await node.UntilAsync("/api/projects/manual/experiments/abtest-1", HasEnded))["verdict"]!).ShouldBe("won");

        await node.PostAsync("/api/projects/manual/experiments", new { strategy = "shadow", generations = new[] { "1.0.0:1" } });
        var promoted = await node.PostAsync("/api/projects/manual/experiments/shadow-2/promote", new { by = "anna", reason = "I miss it" });
        ((string)promoted["verdict"]!).ShouldBe("won");
        (await fixture.ChampionAsync("manual")).ShouldBe("manual@1.0.0:1");
        (status, _) = await node.TryPostAsync("/api/projects/manual/experiments/shadow-2/abort", "{}");
        status.ShouldBe(409);
        (status, _) = await node.TryPostAsync("/api/projects/manual/experiments/shadow-9/abort", "{}");
        status.ShouldBe(404);
    }

    private static bool HasEnded(JsonNode info) => (string)info["status"]! == "ended";

    private async Task<IEnumerable<string>> StagesAsync(string project) =>
        (await node.GetAsync($"/api/projects/{project}/generations")).AsArray().Select(generation => (string)generation!["stage"]!);

    private async Task UntilAnswersAsync(string project, string version)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((string)(await node.PostAsync(
            $"/api/projects/{project}/predict", new { rows = new[] { new { x = 1 } } }))["version"]! != version)
            await Task.Delay(10, patience.Token);
    }
}
