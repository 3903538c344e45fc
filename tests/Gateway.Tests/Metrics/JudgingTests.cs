using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;
using Progeny.Core.Gates;
using Progeny.Gateway.Tests.Releases;
using Progeny.Grains.Gates;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>Gates and the figures they see.</summary>
public sealed class JudgingTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Gates =
        """
        gates:
          - {name: good, before: champion, when: eval_auc > 0.9}
          - {name: better, before: champion, when: eval_accuracy >= champion.eval_accuracy - 0.02}
          - {name: known, before: shadow, when: data_rows > 100}
        """;

    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Generation_is_measured_on_the_silo_when_it_is_made()
    {
        await MakeAsync("measured");
        var figures = await node.GetAsync("/api/projects/measured/generations/1.0.0:1/figures");
        foreach (var name in (string[])["load_ms", "run_us", "memory_bytes", "model_bytes", "age", "since_training"])
            ((double?)figures[name]).ShouldNotBeNull(name).ShouldBeGreaterThan(0, name);
        ((double)figures["eval_auc"]!).ShouldBe(1);
        ((double)figures["data_rows"]!).ShouldBe(JudgedProject.Rows);
        ((double)figures["data_nulls"]!).ShouldBe(0);
        ((double)figures["tests_failed"]!).ShouldBe(0);
        ((double)figures["requests"]!).ShouldBe(0);
        figures["data_psi_max"].ShouldBeNull();
        figures["error_rate"].ShouldBeNull();
        figures["drift"].ShouldBeNull();
        figures.AsObject().ContainsKey("psi_kind").ShouldBeTrue();
        figures.AsObject().ContainsKey("eval_rmse").ShouldBeFalse();
    }

    [Fact]
    public async Task Gates_name_their_figures_and_are_kept_as_decisions_once()
    {
        await MakeAsync("gated", Gates);
        var first = await node.GetAsync("/api/projects/gated/generations/1.0.0:1/gates?before=champion");
        ((bool)first["passed"]!).ShouldBeTrue();
        first["verdicts"]!.AsArray().Select(verdict => (string)verdict!["name"]!).ShouldBe(["tests", "good", "better", "known"]);
        ((string)first["verdicts"]![2]!["message"]!).ShouldStartWith("there is no champion to compare with");
        await node.PostAsync("/api/projects/gated/promotions", new { version = "1.0.0:1", reason = "the first" });

        // A quarter of its labels is wrong, and so the same model is worse.
        await MakeAsync("gated", Gates, "1.1.0", flipped: JudgedProject.Rows / 4);
        var worse = new GenerationReference("gated", "1.1.0", 1);
        var gatekeeper = node.Services.GetRequiredService<IGatekeeper>();
        var report = await gatekeeper.CheckAsync(worse, Stage.Champion, new GateOccasion("a test"), default);
        await gatekeeper.CheckAsync(worse, Stage.Champion, new GateOccasion("a test"), default);
        report.Passed.ShouldBeFalse();
        report.Verdicts[2].Message.ShouldBe(
            "eval_accuracy 0.75, champion.eval_accuracy 1: eval_accuracy >= champion.eval_accuracy - 0.02 is false");
        report.Refusal.ShouldContain("gate 'better': eval_accuracy 0.75");

        var decisions = await node.Services.GetRequiredService<IDecisionLog>().ListAsync("gated", null, null, 100, default);
        var kept = decisions.Select(entry => entry.Decision)
            .Where(decision => decision.Kind == DecisionKind.Gate && decision.Generation == worse).ToList();
        kept.Select(decision => decision.By).ShouldBe(["gate known", "gate better", "gate good", "gate tests"]);
        kept[1].Message.ShouldStartWith("gated@1.1.0:1 must not become champion: eval_accuracy 0.75");
        kept[1].Figures["champion.eval_accuracy"].ShouldBe(1);

        // Of a generation in production only the stage asked about is on its way.
        var again = await node.GetAsync("/api/projects/gated/generations/1.0.0:1/gates?before=champion");
        again["verdicts"]!.AsArray().Select(verdict => (string)verdict!["name"]!).ShouldBe(["tests", "good", "better"]);
        var shadow = await node.GetAsync("/api/projects/gated/generations/1.1.0:1/gates?before=shadow");
        shadow["verdicts"]!.AsArray().Select(verdict => (string)verdict!["message"]!)
            .ShouldBe(["all 1 tests of the manifest passed", "data_rows 400: data_rows > 100 is true"]);
        ((double)(await node.GetAsync("/api/projects/gated/generations/1.1.0:1/figures"))["data_psi_max"]!).ShouldBe(0, 0.001);
    }

    [Fact]
    public async Task Test_of_the_manifest_that_fails_stops_a_generation_before_every_stage()
    {
        await MakeAsync("broken", "  - {name: high, given: {x: 0.9, kind: b}, expect: {label: \"0\"}}");
        foreach (var stage in (string[])["shadow", "challenger", "champion"])
        {
            var report = await node.GetAsync($"/api/projects/broken/generations/1.0.0:1/gates?before={stage}");
            ((bool)report["passed"]!).ShouldBeFalse();
            ((string)report["verdicts"]![0]!["message"]!).ShouldStartWith("test 'high' failed: expected label 0; the model says label 1");
        }

        ((double)(await node.GetAsync("/api/projects/broken/generations/1.0.0:1/figures"))["tests_failed"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData("generations/1.0.0:9/gates", 404, "There is no generation asked@1.0.0:9")]
    [InlineData("generations/none/gates", 404, "no generation 'none'")]
    [InlineData("generations/1.0.0:9/figures", 404, "There is no generation")]
    [InlineData("generations/1.0.0:1/evaluation", 404, "was not evaluated on served predictions yet")]
    [InlineData("generations/1.0.0:1/gates?before=retired", 400, "shadow, challenger or champion")]
    public async Task What_is_wrong_is_said(string path, int status, string detail)
    {
        if (await node.Http.GetAsync("/api/projects/asked") is { IsSuccessStatusCode: false })
            await MakeAsync("asked");
        using var response = await node.Http.GetAsync($"/api/projects/asked/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!).ShouldContain(detail);
    }

    [Fact]
    public async Task Release_whose_gate_names_an_unknown_figure_is_refused_with_its_place()
    {
        var folder = JudgedProject.Write(
            fixture.PathOf("unknown"), "unknown", "gates: [{name: good, before: champion, when: eval_acuracy > 0.9}]");
        using var response = await node.PublishAsync("unknown", folder);
        ((int)response.StatusCode).ShouldBe(400);
        ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!)
            .ShouldContain("gates[0].when: gate 'good': no such column: eval_acuracy; did you mean 'eval_accuracy'?");
    }

    private async Task MakeAsync(string name, string more = "", string version = "1.0.0", int flipped = 0)
    {
        var folder = JudgedProject.Write(fixture.PathOf($"{name}-{version}"), name, more, version, flipped);
        using (var response = await node.PublishAsync(name, folder))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        var job = await node.TrainAsync(name);
        ((string)job["status"]!).ShouldBe("succeeded", (string?)job["message"]);
    }
}
