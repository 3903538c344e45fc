using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Rollouts;

public sealed class ExperimentCommandsTests
{
    private const string Experiment = """
        {"project":"demo","id":"canary-7","rules":{"strategy":"canary","metric":"loss","fallback":["champion"]},"status":"ended","verdict":"rolled_back",
         "message":"It is worse.","champion":"demo@1.0.0:1","step":1,"elapsed":63.5,"started_at":"2026-01-02T03:04:05Z","ended_at":"2026-01-02T03:05:09Z","by":"job 7","reason":"1.0.0:2 is new","plan_version":4,
         "arms":[{"name":"champion","generation":"demo@1.0.0:1","share":0.9,"shadow":false,"out":false,"outcomes":1204,"mean":0.2,"interval":[0.15,0.25]},
                 {"name":"challenger","generation":"demo@1.0.0:2","share":0.1,"shadow":false,"out":false,"outcomes":61,"mean":0.41,"evidence_better":0.01,"evidence_worse":48.2}],
         "history":[{"at":"2026-01-02T03:05:09Z","by":"canary-7","message":"It is worse.","plan_version":4}]}
        """;

    [Fact]
    public async Task Experiment_is_shown_with_its_statistics_and_its_verdict()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/experiments/canary-7", Experiment);
        var text = (await server.RunAsync("experiment", "show", "demo", "canary-7")).ShouldSucceed().Out;
        text.ShouldContain("ended: rolled_back");
        text.ShouldContain("0.1500 … 0.2500");
        text.ShouldContain("48.2");
        text.ShouldContain("1,204");
    }

    [Fact]
    public async Task Experiments_are_listed_one_a_line()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/experiments", $"[{Experiment}]");
        (await server.RunAsync("experiment", "list", "demo")).ShouldSucceed().Out.Split('\n')[1].ShouldContain("rolled_back");
    }

    [Fact]
    public async Task Experiment_is_started_from_rules_and_generations()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("POST /api/projects/demo/experiments", Experiment);
        (await server.RunAsync(
            "experiment",
            "start",
            "demo",
            """{"strategy":"abtest","share":0.2}""",
            "--generation",
            "1.0.0:2",
            "--by",
            "anna",
            "--reason",
            "to see")).ShouldSucceed();
        server.BodyText.ShouldBe("""{"strategy":"abtest","share":0.2,"generations":["1.0.0:2"],"by":"anna","reason":"to see"}""");
        (await server.RunAsync("experiment", "start", "demo", "abtest")).ExitCode.ShouldNotBe(0);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("abort")]
    [InlineData("promote")]
    public async Task Experiment_is_conducted_by_hand(string verb)
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer($"POST /api/projects/demo/experiments/canary-7/{verb}", Experiment);
        (await server.RunAsync("experiment", verb, "demo", "canary-7", "--by", "anna", "--reason", "so it is")).ShouldSucceed();
        server.BodyText.ShouldBe("""{"by":"anna","reason":"so it is"}""");
    }

    [Fact]
    public async Task Earlier_generation_is_put_in_charge_again()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "POST /api/projects/demo/rollback",
            """{"generation":"demo@1.0.0:1","previous":"demo@1.0.0:2","at":"2026-01-02T03:04:05Z","reason":"odd"}""");
        (await server.RunAsync("model", "rollback", "demo", "--by", "anna", "--reason", "odd")).ShouldSucceed().Out.ShouldContain(
            "demo@1.0.0:1");
        server.BodyText.ShouldBe("""{"reason":"odd","by":"anna"}""");
        (await server.RunAsync("model", "rollback", "demo", "--by", "anna", "--plan", "7")).ShouldSucceed();
        server.BodyText.ShouldBe("""{"by":"anna","plan_version":7}""");
    }

    [Fact]
    public async Task Decisions_are_listed_with_who_and_why_and_on_which_figures()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/projects/demo/decisions",
            """[{"sequence":12,"id":"x","at":"2026-01-02T03:04:05Z","kind":"experiment","by":"canary-7","message":"It is worse.","figures":{"mean_challenger":0.41}}]""");
        var text = (await server.RunAsync("decisions", "demo", "--figures")).ShouldSucceed().Out;
        text.ShouldContain("canary-7");
        text.ShouldContain("mean_challenger 0.4100");
    }
}
