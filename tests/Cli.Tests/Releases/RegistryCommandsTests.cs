using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Releases;

public sealed class RegistryCommandsTests
{
    [Fact]
    public async Task Projects_are_listed_with_the_generation_in_charge()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects", """
            [{"name":"demo","releases":["0.1.0","0.2.0"],"champion":"demo@0.2.0:3","plan_version":2,
              "promotions":[{"generation":"demo@0.2.0:3","at":"2026-01-02T03:04:05Z","reason":"better [on] Tuesdays"}]},
             {"name":"other","releases":["1.0.0"],"plan_version":0,"promotions":[]}]
            """);
        var text = (await server.RunAsync("project", "list")).ShouldSucceed().Out;
        text.ShouldContain("0.2.0:3");
        text.ShouldContain("better [on] Tuesdays");
        text.ShouldContain("other");
        text.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Generations_are_listed_with_stage_and_metrics()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/generations", """
            [{"reference":"demo@0.1.0:1","stage":"retired","created_at":"2026-01-02T03:04:05Z",
              "assets":{"model":"c0ffee","model_bytes":9},"lineage":{"job_id":"j1","package_digest":"f00d"},"metrics":{"accuracy":0.81,"logLoss":0.4}},
             {"reference":"demo@0.1.0:2","stage":"champion","created_at":"2026-01-03T03:04:05Z",
              "assets":{"model":"c0ffee","model_bytes":9},"lineage":{"job_id":"j1","package_digest":"f00d"},"metrics":{"accuracy":0.92}}]
            """);
        var lines = (await server.RunAsync("model", "list", "demo")).ShouldSucceed().Out.Split('\n');
        Cells(lines[0]).ShouldBe(["version", "stage", "made", "accuracy", "logLoss"]);
        Cells(lines[1]).ShouldBe(["0.1.0:1", "retired", "2026-01-02", "03:04:05Z", "0.8100", "0.4000"]);
        Cells(lines[2]).ShouldBe(["0.1.0:2", "champion", "2026-01-03", "03:04:05Z", "0.9200", "–"]);
    }

    [Fact]
    public async Task A_promotion_carries_its_reason()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "POST /api/projects/demo/promotions",
            """{"generation":"demo@0.1.0:2","previous":"demo@0.1.0:1","at":"2026-01-02T03:04:05Z","reason":"it is better"}""");
        var run = (await server.RunAsync("model", "promote", "demo", "0.1.0:2", "--reason", "it is better")).ShouldSucceed();
        run.Out.Trim().ShouldBe("In production: demo@0.1.0:2 (before: demo@0.1.0:1)");
        server.BodyText.ShouldBe("""{"version":"0.1.0:2","reason":"it is better"}""");
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
