using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Grains.Gates;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Which generations get into an experiment, which wait, and which stay out of it.</summary>
public sealed class ProposalTests(ExperimentNode fixture) : IClassFixture<ExperimentNode>
{
    private const string Canary = "strategy: canary, metric: hit, goal: maximize, steps: [{share: 0.2, outcomes: 60, time: 1h}]";
    private const string Bandit = "strategy: bandit, metric: hit, goal: maximize";

    private Node Node => fixture.Node;

    private FaultyGates Gates => (FaultyGates)Node.Services.GetRequiredService<IGatekeeper>();

    [Fact]
    public async Task Waiting_generation_is_not_forgotten_by_a_stop_between_two_experiments()
    {
        await fixture.PublishAsync("held", Canary);
        for (var i = 0; i < 3; i++)
            await fixture.TrainAsync("held");
        await DecidedAsync("held", "held/proposal/1.0.0:3/waits");
        await StopBetweenAsync("held", "1.0.0:3");
        await fixture.RestartAsync();
        await HasArmsAsync("held", "canary-2", "held@1.0.0:1", "held@1.0.0:3");
    }

    [Fact]
    public async Task Newer_proposal_between_two_experiments_takes_the_place_of_the_one_that_waits()
    {
        await fixture.PublishAsync("gives", Canary);
        for (var i = 0; i < 3; i++)
            await fixture.TrainAsync("gives");
        await DecidedAsync("gives", "gives/proposal/1.0.0:3/waits");
        await StopBetweenAsync("gives", "1.0.0:3");
        await fixture.TrainAsync("gives");
        await HasArmsAsync("gives", "canary-2", "gives@1.0.0:1", "gives@1.0.0:4");
        await DecidedAsync("gives", "gives/proposal/1.0.0:3/superseded");
        Gates.Fails = null;
        // A job that is started again in the middle proposes again.
        var again = await Node.Services.GetRequiredService<Orleans.IClusterClient>().GetGrain<IRolloutGrain>("gives")
            .Propose(new GenerationReference("gives", "1.0.0", 3), "a job");
        again.Outcome.ShouldBe(ProposalOutcome.Superseded);
        await Node.PostAsync("/api/projects/gives/experiments/canary-2/abort", new { by = "anna" });
        await fixture.TrainAsync("gives");
        await HasArmsAsync("gives", "canary-3", "gives@1.0.0:1", "gives@1.0.0:5");
    }

    [Fact]
    public async Task Generation_that_was_retired_while_it_waited_is_not_tried()
    {
        await fixture.PublishAsync("tired", Canary);
        for (var i = 0; i < 3; i++)
            await fixture.TrainAsync("tired");
        await DecidedAsync("tired", "tired/proposal/1.0.0:3/waits");
        await Node.PostAsync("/api/projects/tired/generations/1.0.0:3/retire", new { by = "anna", reason = "no" });
        await Node.PostAsync("/api/projects/tired/experiments/canary-1/abort", new { by = "anna" });
        await DecidedAsync("tired", "tired/proposal/1.0.0:3/refused");
        (await Node.GetAsync("/api/projects/tired/experiments")).AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Latest_waits_for_the_end_of_the_experiment_that_runs()
    {
        await fixture.PublishAsync("patient", Canary);
        await fixture.TrainAsync("patient");
        await fixture.TrainAsync("patient");
        await Node.UntilAsync("/api/projects/patient/experiments/canary-1", info => (string)info["status"]! == "running");
        await fixture.PublishAsync("patient", "strategy: latest", "1.1.0");
        await fixture.TrainAsync("patient");
        await DecidedAsync("patient", "patient/proposal/1.1.0:1/waits");
        (await fixture.ChampionAsync("patient")).ShouldBe("patient@1.0.0:1");
        await Node.PostAsync("/api/projects/patient/experiments/canary-1/abort", new { by = "anna" });
        await Node.UntilAsync("/api/projects/patient", project => (string)project["champion"]! == "patient@1.1.0:1");
    }

    [Fact]
    public async Task Whoever_sees_that_a_job_succeeded_finds_what_became_of_its_generation()
    {
        await fixture.PublishAsync("seen", "strategy: latest");
        for (var i = 1; i <= 3; i++)
        {
            await fixture.TrainAsync("seen");
            (await fixture.ChampionAsync("seen")).ShouldBe($"seen@1.0.0:{i}");
        }
    }

    [Theory]
    [InlineData("experiments/canary-1/pause", """{"by": ""}""")]
    [InlineData("experiments/canary-1/abort", """{"by": " "}""")]
    [InlineData("experiments/canary-1/promote", """{"by": "", "version": "1.0.0:1"}""")]
    [InlineData("promotions", """{"by": "", "version": "1.0.0:1"}""")]
    [InlineData("rollback", """{"by": ""}""")]
    [InlineData("rollback", """{"reason": ""}""")]
    public async Task Whoever_decides_has_a_name_or_says_nothing(string path, string body)
    {
        var (status, problem) = await Node.TryPostAsync($"/api/projects/nameless/{path}", body);
        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldEndWith("or be left out.");
    }

    [Theory]
    [InlineData("canary", """, "steps": [{"share": 0.1, "outcomes": 100, "time": "1h"}]""")]
    [InlineData("shadow", "")]
    [InlineData("abtest", "")]
    public async Task Champion_is_no_challenger_of_its_own(string strategy, string more)
    {
        var project = $"own-{strategy}";
        await fixture.PublishAsync(project, "strategy: latest");
        await fixture.TrainAsync(project);
        var (status, problem) = await Node.TryPostAsync(
            $"/api/projects/{project}/experiments", $$"""{"strategy": "{{strategy}}", "generations": ["1.0.0:1"]{{more}}}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldStartWith(
            $"{project}@1.0.0:1 is in production already and cannot want its own place; name another generation");
        (await Node.GetAsync($"/api/projects/{project}/experiments")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Generations_that_lost_or_that_gates_refuse_do_not_come_back_into_traffic()
    {
        await fixture.PublishAsync("clean", Bandit);
        await fixture.TrainAsync("clean");
        await fixture.TrainAsync("clean");
        await HasArmsAsync("clean", "bandit-1", "clean@1.0.0:1", "clean@1.0.0:2");
        await Node.PostAsync("/api/projects/clean/experiments/bandit-1/abort", new { by = "anna", reason = "1.0.0:2 is bad" });
        await fixture.PublishAsync("clean", Bandit, "1.1.0", "gates: [{name: never, before: challenger, when: age < 0}]");
        await fixture.TrainAsync("clean");
        await DecidedAsync("clean", "clean/proposal/1.1.0:1/refused");
        await fixture.PublishAsync("clean", Bandit, "1.2.0");
        await fixture.TrainAsync("clean");
        await HasArmsAsync("clean", "bandit-2", "clean@1.0.0:1", "clean@1.2.0:1");
        await Node.PostAsync("/api/projects/clean/experiments/bandit-2/abort", new { by = "anna" });
        await Node.PostAsync("/api/projects/clean/experiments", new { strategy = "bandit", by = "anna" });
        await HasArmsAsync("clean", "bandit-3", "clean@1.0.0:1");
    }

    [Fact]
    public async Task Gates_are_asked_on_the_figures_of_the_experiment_and_each_time_is_on_record()
    {
        await fixture.PublishAsync("judged", Canary, more: "gates: [{name: right, before: champion, when: hit IS NULL OR hit >= 0.9}]");
        await fixture.TrainAsync("judged");
        await fixture.TrainAsync("judged");
        // What was asked for by its version is no part of the experiment.
        await Node.UntilAsync("/api/projects/judged/experiments/canary-1", info => (string)info["status"]! == "running");
        for (var i = 0; i < 100; i++)
            await Node.PostAsync(
                "/api/projects/judged/versions/1.0.0:2/predict", new { rows = new[] { new { x = 1 } }, query_id = $"r{i}" });
        await Node.PostAsync(
            "/api/projects/judged/outcomes",
            new { outcomes = Enumerable.Range(0, 100).Select(i => new { query_id = $"r{i}", outcome = 77 }) });
        await Node.UntilAsync(
            "/api/projects/judged/metrics?by=generation",
            metrics => metrics.ToJsonString().Contains("\"outcomes\":100", StringComparison.Ordinal));
        var ended = await fixture.ServeUntilAsync("judged", "canary-1", _ => 1, info => (string)info["status"]! == "ended", seed: 8);
        ((string)ended["verdict"]!).ShouldBe("won", (string)ended["message"]!);
        var verdict = (await fixture.DecisionsAsync("judged")).First(
            decision => (string)decision["by"]! == "gate right" && (string)decision["generation"]! == "judged@1.0.0:2");
        ((double)verdict["figures"]!["hit"]!).ShouldBe(1);

        // The same words again are another decision.
        for (var i = 0; i < 2; i++)
            await Node.PostAsync("/api/projects/judged/promotions", new { version = "1.0.0:1", by = "anna" });
        var kept =
            (await fixture.DecisionsAsync("judged")).Where(
                decision => (string)decision["by"]! == "gate right" && (string)decision["generation"]! == "judged@1.0.0:1").Take(2)
                    .ToList();
        kept.Select(decision => (string)decision["message"]!).Distinct().ShouldHaveSingleItem();
        kept.Select(decision => (string)decision["id"]!).Distinct().Count().ShouldBe(2);
    }

    /// <summary>Ends the experiment that runs, and stops what follows where it asks the gates of the one that waits.</summary>
    private async Task StopBetweenAsync(string project, string waiting)
    {
        var (gates, before) = (Gates, Gates.Asked);
        gates.Fails = GenerationReference.Parse($"{project}@{waiting}");
        await Node.PostAsync($"/api/projects/{project}/experiments/canary-1/abort", new { by = "anna" });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (gates.Asked == before)
            await Task.Delay(10, patience.Token);
    }

    private async Task HasArmsAsync(string project, string experiment, params string[] generations)
    {
        var info = await Node.UntilAsync(
            $"/api/projects/{project}/experiments/{experiment}",
            shown => (string)shown["status"]! == "running" && shown["arms"]!.AsArray().Count >= generations.Length);
        info["arms"]!.AsArray().Select(arm => (string)arm!["generation"]!).ShouldBe(generations);
    }

    private Task DecidedAsync(string project, string id) =>
        Node.UntilAsync(
            $"/api/projects/{project}/decisions", decisions => decisions.AsArray().Any(decision => (string)decision!["id"]! == id));
}
