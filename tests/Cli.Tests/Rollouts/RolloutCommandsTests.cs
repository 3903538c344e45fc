using System.Text.Json.Nodes;
using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Rollouts;

public sealed class RolloutCommandsTests
{
    private const string Plan = """
        {"project":"demo","version":7,"champion":"champion",
         "arms":[{"name":"canary","generation":"demo@0.1.0:2","weight":10,"share":0.1},{"name":"champion","generation":"demo@0.1.0:1","weight":90,"share":0.9},
                 {"name":"next","generation":"other@0.1.0:3","weight":0,"share":0}],
         "fallback":["champion"],"shadows":["next"],"buckets":[{"from":0,"to":100000,"arm":"canary"},{"from":100000,"to":1000000,"arm":"champion"}],
         "at":"2026-01-02T03:04:05Z","by":"anna","reason":"try [it]"}
        """;

    [Fact]
    public async Task Plan_is_shown_with_shares_and_roles()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/rollout", Plan);
        var text = (await server.RunAsync("rollout", "show", "demo")).ShouldSucceed().Out;
        text.ShouldContain("try [it]");
        var lines = text.Split('\n').Select(Cells).ToList();
        lines.ShouldContain(cells => cells.SequenceEqual(new[] { "canary", "demo@0.1.0:2", "10", "%", "10" }));
        lines.ShouldContain(cells => cells.SequenceEqual(new[] { "champion", "demo@0.1.0:1", "90", "%", "90", "champion,", "fallback" }));
        lines.ShouldContain(cells => cells.SequenceEqual(new[] { "next", "other@0.1.0:3", "0", "%", "0", "shadow" }));
    }

    [Fact]
    public async Task History_has_a_line_for_each_plan()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/rollout/history", $"[{Plan}]");
        var lines = (await server.RunAsync("rollout", "show", "demo", "--history")).ShouldSucceed().Out.Split('\n');
        lines[1].ShouldContain("anna");
        lines[1].ShouldContain("canary 0.1.0:2 10 %, champion 0.1.0:1 90 %");
    }

    [Fact]
    public async Task Plan_is_set_from_arms()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("PUT /api/projects/demo/rollout", Plan);
        (await server.RunAsync(
            "rollout", "set", "demo", "--arm", "champion=0.1.0:1,90", "--arm", "canary=0.1.0:2,10", "--arm", "next=other@0.1.0:3,0",
            "--fallback", "champion", "--shadow", "next", "--by", "anna", "--reason", "try it")).ShouldSucceed();
        server.BodyText.ShouldBe(
            """{"arms":[{"name":"champion","generation":"0.1.0:1","weight":90},{"name":"canary","generation":"0.1.0:2","weight":10},"""
            + """{"name":"next","generation":"other@0.1.0:3","weight":0}],"fallback":["champion"],"shadows":["next"],"by":"anna","reason":"try it"}""");
    }

    [Fact]
    public async Task Plan_that_was_shown_can_be_edited_and_set()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/rollout", Plan);
        server.Answer("PUT /api/projects/demo/rollout", Plan);
        using var folder = new TemporaryFolder();
        var file = folder["plan.json"];
        await File.WriteAllTextAsync(file, (await server.RunAsync("rollout", "show", "demo", "--json")).ShouldSucceed().Out);
        (await server.RunAsync("rollout", "set", "demo", "--file", file, "--reason", "again")).ShouldSucceed();
        var sent = JsonNode.Parse(server.BodyText)!.AsObject();
        sent.Select(member => member.Key).ShouldBe(["version", "champion", "arms", "fallback", "shadows", "by", "reason"]);
        sent["arms"]![0]!.AsObject().Select(member => member.Key).ShouldBe(["name", "generation", "weight"]);
    }

    [Fact]
    public async Task Plan_that_is_refused_shows_all_its_faults()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("PUT /api/projects/demo/rollout", 400, """
            {"title":"Invalid plan","status":400,"detail":"The plan cannot be put in force: 2 things are wrong with it.",
             "errors":[{"path":"arms[0].weight","message":"-1 is no weight"},{"path":"fallback[0]","message":"there is no arm 'x'"}]}
            """);
        var run = await server.RunAsync("rollout", "set", "demo", "--arm", "a=0.1.0:1,-1", "--fallback", "x");
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("arms[0].weight: -1 is no weight");
        run.Error.ShouldContain("fallback[0]: there is no arm 'x'");
    }

    [Theory]
    [InlineData("canary", "is no arm")]
    [InlineData("canary=0.1.0:2", "is no arm")]
    [InlineData("canary=0.1.0:2,many", "is no arm")]
    public async Task Arm_of_another_shape_is_refused_before_a_server_is_asked(string arm, string said)
    {
        await using var server = await FakeServer.StartAsync();
        var run = await server.RunAsync("rollout", "set", "demo", "--arm", arm);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(said);
        server.Requests.ShouldBeEmpty();
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
