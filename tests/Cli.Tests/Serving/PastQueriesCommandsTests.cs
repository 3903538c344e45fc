using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Serving;

public sealed class PastQueriesCommandsTests
{
    private const string Replay = """
        {"query_id":"q 1","version":"0.1.0:1","identical":true,"recorded":{"value":1.5},"replayed":{"value":1.5},"differences":[],"notes":["as it was"]}
        """;

    private const string Explanation = """
        {"query_id":"q1","version":"0.1.0:1","arm":"champion","reason":"share","rules":["shift"],"prediction":{"label":"1"},"method":"enumeration","space":"probability","class":"1",
         "base_value":0.25,"value":0.75,"rounding":0,"contributions":[{"feature":"hour","value":17,"from":"query","contribution":0.6},{"feature":"weight","from":"rule","contribution":-0.1}],
         "background":{"rows":100,"source":"training"},"evaluations":400,"samples":0,"notes":[]}
        """;

    [Fact]
    public async Task Replay_that_is_identical_succeeds_and_one_that_is_not_fails_with_what_differs()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/queries/q%201/replay", Replay);
        var text = (await server.RunAsync("model", "replay", "demo", "q 1")).ShouldSucceed().Out;
        text.ShouldContain("yes, bit for bit");
        text.ShouldContain("as it was");
        server.Answer("GET /api/projects/demo/queries/q%202/replay", Replay.Replace("true", "false", StringComparison.Ordinal)
            .Replace(
                "[],\"notes\"",
                "[{\"what\":\"prediction.value\",\"recorded\":\"1.5\",\"replayed\":\"2\"}],\"notes\"",
                StringComparison.Ordinal));
        var other = await server.RunAsync("model", "replay", "demo", "q 2");
        other.ExitCode.ShouldBe(1);
        other.Out.ShouldContain("prediction.value: 1.5 recorded, 2 replayed");
    }

    [Fact]
    public async Task Explanation_names_method_background_and_parts()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/queries/q1/explain?method=auto", Explanation);
        var text = (await server.RunAsync("model", "explain", "demo", "q1")).ShouldSucceed().Out;
        text.ShouldContain("the probability of '1': +0.750000");
        text.ShouldContain("+0.250000 on average over 100 rows (of the training)");
        text.ShouldContain("exact: all combinations of the features");
        var lines = text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        lines.ShouldContain(cells => cells.SequenceEqual(new[] { "hour", "17", "query", "+0.600000" }));
        lines.ShouldContain(cells => cells.SequenceEqual(new[] { "weight", "–", "rule", "-0.100000" }));
    }

    [Fact]
    public async Task Generation_and_project_leave_with_who_and_why()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("POST /api/projects/demo/generations/0.1.0%3A2/archive", """
            {"reference":"demo@0.1.0:2","stage":"archived","created_at":"2026-01-02T03:04:05Z",
             "assets":{"model":"c0ffee","model_bytes":9},"lineage":{"job_id":"j1","package_digest":"f00d"},"metrics":{}}
            """);
        (await server.RunAsync("model", "archive", "demo", "0.1.0:2", "--reason", "old", "--by", "anna")).ShouldSucceed().Out.ShouldContain(
            "demo@0.1.0:2 is archived");
        server.Answer("POST /api/projects/demo/decommission", """{"name":"demo","releases":[],"plan_version":0,"promotions":[]}""");
        (await server.RunAsync("project", "decommission", "demo", "--reason", "over")).ShouldSucceed().Out.ShouldContain("demo has ended");
        (await server.RunAsync("project", "decommission", "demo")).ExitCode.ShouldBe(2);
    }
}
