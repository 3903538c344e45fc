using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Decisions;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Tests.Releases;

public sealed class ArchiveTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Row = """{"rows": [{"x": 1.5}]}""";

    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Generation_that_no_plan_names_is_retired_archived_and_brought_back()
    {
        await PublishAsync("comes", generations: 2);
        await node.PostAsync("/api/projects/comes/promotions", new { version = "1.0.0:1" });

        (await MoveAsync("comes", "1.0.0:2", "retire")).ShouldBe((200, "retired"));
        (await MoveAsync("comes", "1.0.0:2", "archive")).ShouldBe((200, "archived"));
        (await MoveAsync("comes", "1.0.0:2", "archive")).ShouldBe((200, "archived"));
        (await MoveAsync("comes", "1.0.0:2", "retire")).ShouldBe(
            (409, "comes@1.0.0:2 is archived; restore it first (POST /api/projects/comes/generations/1.0.0:2/restore)."));

        var (status, refused) = await node.TryPostAsync("/api/projects/comes/promotions", """{"version": "1.0.0:2"}""");
        status.ShouldBe(409);
        ((string)refused["detail"]!).ShouldContain("is archived");
        (status, refused) = await node.TryPostAsync("/api/projects/comes/versions/1.0.0:2/predict", Row);
        status.ShouldBe(409);
        ((string)refused["detail"]!).ShouldContain("restore it first");

        (await MoveAsync("comes", "1.0.0:2", "restore")).ShouldBe((200, "staged"));
        await node.PostAsync("/api/projects/comes/promotions", new { version = "1.0.0:2" });
        (await StagesAsync("comes")).ShouldBe(["retired", "champion"]);

        var log = node.Services.GetRequiredService<IDecisionLog>();
        var said = (await log.ListAsync("comes", null, null, 100, CancellationToken.None)).Where(
            entry => entry.Decision.Kind == DecisionKind.Retirement).Select(entry => entry.Decision.Message);
        said.ShouldBe(
        [
            "comes@1.0.0:2 was archived and is staged now: as I say.",
            "comes@1.0.0:2 was retired and is archived now: as I say.",
            "comes@1.0.0:2 was staged and is retired now: as I say.",
        ]);
    }

    [Fact]
    public async Task Generation_in_a_plan_of_its_project_or_of_another_stays()
    {
        await PublishAsync("lends", generations: 2);
        await PublishAsync("borrows", generations: 1);
        await node.PostAsync("/api/projects/lends/promotions", new { version = "1.0.0:1" });
        (await MoveAsync("lends", "1.0.0:1", "retire")).ShouldBe(
            (409, "lends@1.0.0:1 is the arm 'champion' of plan 1, which is in force; take it out of the plan first (PUT "
                + "/api/projects/lends/rollout)."));

        var plan =
            """{"arms": [{"name": "own", "generation": "1.0.0:1", "weight": 9}, {"name": "guest", "generation": "lends@1.0.0:2", "weight": 1}], "champion": "own"}""";
        var (status, answer) = await node.TryPutAsync("/api/projects/borrows/rollout", plan);
        status.ShouldBe(200, answer.ToJsonString());
        (await MoveAsync("lends", "1.0.0:2", "archive")).DecisionText.ShouldStartWith(
            "lends@1.0.0:2 is the arm 'guest' of plan 1 of 'borrows'");
        (status, answer) = await node.TryPostAsync("/api/projects/lends/decommission", """{"reason": "over"}""");
        status.ShouldBe(409);
        ((string)answer["detail"]!).ShouldContain("'borrows'");
        (await MoveAsync("lends", "1.0.0:9", "archive")).Status.ShouldBe(404);
        (await MoveAsync("lends", "newest", "archive")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Decommissioned_project_answers_gone_keeps_everything_and_comes_back_staged()
    {
        await PublishAsync("ends", generations: 2);
        await node.PostAsync("/api/projects/ends/promotions", new { version = "1.0.0:1" });
        (await node.TryPostAsync("/api/projects/ends/predict", """{"query_id": "last", "rows": [{"x": 1.5}]}""")).Status.ShouldBe(200);
        await node.UntilAsync("/api/projects/ends/queries/last", _ => true);
        (await node.TryPostAsync("/api/projects/ends/decommission", "{}")).Status.ShouldBe(400);

        var ended = await node.PostAsync("/api/projects/ends/decommission", new { reason = "the product is withdrawn", by = "anna" });
        ended["champion"].ShouldBeNull();
        ((string)ended["decommissioned"]!["reason"]!).ShouldBe("the product is withdrawn");
        await node.PostAsync("/api/projects/ends/decommission", new { reason = "again" });
        (await StagesAsync("ends")).ShouldBe(["archived", "archived"]);
        (await node.GetAsync("/api/projects")).AsArray().ShouldNotContain(project => (string)project!["name"]! == "ends");

        await UntilStatusAsync("/api/projects/ends/predict", 410, "the product is withdrawn");
        (await node.TryPostAsync("/api/projects/ends/versions/1.0.0:1/predict", Row)).Status.ShouldBe(410);
        foreach (var (path, body) in new[]
        {
            ("jobs", """{"kind": "train"}"""),
            ("promotions", """{"version": "1.0.0:1"}"""),
            ("generations/1.0.0:1/restore", "{}"),
        })
        {
            var (status, problem) = await node.TryPostAsync($"/api/projects/ends/{path}", body);
            status.ShouldBe(409, path);
            ((string)problem["detail"]!).ShouldContain("recommission");
        }

        var kept = await node.GetAsync("/api/projects/ends/archive");
        kept["releases"]!.AsArray().Count.ShouldBe(1);
        kept["generations"]!.AsArray().Select(generation => ((string)generation!["lineage"]!["data_digest"]!).Length).ShouldBe([64, 64]);
        ((long)kept["queries"]!["records"]!).ShouldBeGreaterThan(0);
        ((long)kept["decisions"]!).ShouldBe(2);
        ((int)(await node.Http.GetAsync("/api/projects/ends/releases/1.0.0/package")).StatusCode).ShouldBe(200);
        ((int)(await node.Http.GetAsync("/api/projects/ends/generations/1.0.0:2/model")).StatusCode).ShouldBe(200);

        var back = await node.PostAsync("/api/projects/ends/recommission", new { reason = "asked for" });
        back["decommissioned"].ShouldBeNull();
        (await StagesAsync("ends")).ShouldBe(["staged", "staged"]);
        await UntilStatusAsync("/api/projects/ends/predict", 409, "no generation in production");
        await node.PostAsync("/api/projects/ends/promotions", new { version = "1.0.0:2" });
        await UntilStatusAsync("/api/projects/ends/predict", 200, "");
        (await node.TryPostAsync("/api/projects/ends/recommission", "{}")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task Job_under_way_is_cancelled_with_its_project()
    {
        var gate = new Gate(fixture.PathOf(""));
        (await node.PublishAsync(
            "halts", EchoProject.WriteTrained(fixture.PathOf("halts"), "halts", Gate.Script, gate.Path))).EnsureSuccessStatusCode();
        var id = (string)(await node.PostAsync("/api/projects/halts/jobs", new { kind = "train" }))["id"]!;
        await node.UntilAsync($"/api/jobs/{id}", job => (string?)job["message"] == "waits at the gate" || gate.Processes().Count > 0);
        await node.PostAsync("/api/projects/halts/decommission", new { reason = "enough" });
        ((string)(await node.EndOfAsync(id))["status"]!).ShouldBe("cancelled");
        await gate.UntilNobodyWaitsAsync();
    }

    [Fact]
    public async Task Experiment_under_way_keeps_its_generations_and_is_aborted_with_its_project()
    {
        await PublishAsync("tries", generations: 2);
        await node.PostAsync("/api/projects/tries/promotions", new { version = "1.0.0:1" });
        await node.PostAsync("/api/projects/tries/experiments", new { strategy = "shadow", generations = new[] { "1.0.0:2" } });
        (await MoveAsync("tries", "1.0.0:2", "archive")).Status.ShouldBe(409);
        await node.PostAsync("/api/projects/tries/decommission", new { reason = "enough", by = "anna" });
        var ended = (await node.GetAsync("/api/projects/tries/experiments")).AsArray().ShouldHaveSingleItem()!;
        ((string)ended["status"]!).ShouldBe("ended");
        ((string)ended["verdict"]!).ShouldBe("aborted");
        (await StagesAsync("tries")).ShouldBe(["archived", "archived"]);
    }

    [Fact]
    public async Task What_was_archived_before_stays_archived_when_the_project_comes_back_and_when_the_node_starts_again()
    {
        var folder = fixture.PathOf("own-data");
        await using (var first = await Node.StartAsync(folder))
        {
            await PublishAsync("stays", generations: 3, first);
            await first.PostAsync("/api/projects/stays/promotions", new { version = "1.0.0:1" });
            await first.PostAsync("/api/projects/stays/promotions", new { version = "1.0.0:2" });
            await first.PostAsync("/api/projects/stays/generations/1.0.0:1/archive", new { });
        }

        await using var second = await Node.StartAsync(folder);
        await second.UntilAsync("/api/projects/stays/generations", _ => true);
        (await StagesAsync("stays", second)).ShouldBe(["archived", "champion", "staged"]);
        await second.PostAsync("/api/projects/stays/decommission", new { reason = "for now" });
        await second.PostAsync("/api/projects/stays/recommission", new { });
        (await StagesAsync("stays", second)).ShouldBe(["archived", "staged", "staged"]);
    }

    private async Task PublishAsync(string project, int generations, Node? on = null)
    {
        on ??= node;
        (await on.PublishAsync(project, EchoProject.WriteFinished(fixture.PathOf(project), project))).EnsureSuccessStatusCode();
        for (var i = 0; i < generations; i++)
            ((string)(await on.TrainAsync(project))["status"]!).ShouldBe("succeeded");
    }

    private async Task<(int Status, string DecisionText)> MoveAsync(string project, string version, string verb)
    {
        var (status, body) = await node.TryPostAsync($"/api/projects/{project}/generations/{version}/{verb}", """{"reason": "as I say"}""");
        return (status, (string)(body["stage"] ?? body["detail"])!);
    }

    private async Task<string[]> StagesAsync(string project, Node? on = null) =>
        [
            .. (await (on ?? node).GetAsync($"/api/projects/{project}/generations")).AsArray()
                .Select(generation => (string)generation!["stage"]!),
        ];

    private async Task UntilStatusAsync(string path, int expected, string said)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (status, body) = await node.TryPostAsync(path, Row);
            if (status == expected)
            {
                body.ToJsonString().ShouldContain(said);
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
