using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Metrics;

public sealed class JudgingCommandsTests
{
    [Fact]
    public async Task Gates_are_a_table_and_one_that_does_not_pass_is_a_failure()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/projects/demo/generations/1.0.0%3A2/gates?before=challenger",
            """{"passed":false,"verdicts":[{"name":"tests","passed":true,"message":"all 2 tests passed","figures":{}},{"name":"good","passed":false,"message":"loss 2: loss < 1 is false","figures":{"loss":2}}]}""");
        var run = await server.RunAsync("model", "gates", "demo", "1.0.0:2", "--before", "challenger");
        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("good   no      loss 2: loss < 1 is false");
        server.Answer("GET /api/projects/demo/generations/1.0.0%3A1/gates?before=champion", """{"passed":true,"verdicts":[]}""");
        (await server.RunAsync("model", "gates", "demo", "1.0.0:1")).ShouldSucceed().Out.ShouldStartWith("There is no gate");
    }

    [Fact]
    public async Task Drift_is_told_by_generation_and_column()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/projects/demo/drift",
            """
            [{"version":"1.0.0:1","status":"drifted","report":{"check":7,"at":"2026-11-22T12:00:00+00:00","rows":1000,"level":0.001,"since":"2026-11-22T11:00:00+00:00","drifted":true,"columns":[
              {"name":"x","is_prediction":false,"rows":1000,"psi":0.31,"test":"kolmogorov_smirnov","statistic":0.2,"p_value":1e-20,"drifted":true},
              {"name":"label","is_prediction":true,"rows":1000,"psi":0.01,"test":"chi_square","statistic":1.5,"p_value":0.2,"drifted":false}]}},
             {"version":"1.0.0:2","status":"unknown"}]
            """);
        var output = (await server.RunAsync("drift", "demo")).ShouldSucceed().Out;
        output.ShouldContain("1.0.0:1: drifted since 2026-11-22 11:00:00Z; check 7 at 2026-11-22 12:00:00Z, 1,000 rows");
        output.ShouldContain("1.0.0:2: there is no training profile");
        var lines = output.Split('\n');
        lines.ShouldContain(
            line => line.Contains("x") && line.Contains("yes") && line.Contains("0.3100") && line.Contains("KS")
                && line.Contains("1.0e-20"));
        lines.ShouldContain(line => line.Contains("label (prediction)") && line.Contains("chi-square"));
    }

    [Fact]
    public async Task Alerts_show_what_is_active_and_what_was_not_delivered()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/projects/demo/alerts",
            """
            [{"name":"bad","when":"loss > 1","webhook":"ops","active":true,"undelivered":1,"delivery_error":"The webhook 'ops' answered 503",
              "episode":{"name":"bad","number":2,"since":"2026-11-22T11:00:00+00:00","generation":"demo@1.0.0:1","when":"loss > 1","message":"loss 2: loss > 1 is true","figures":{"loss":2}}},
             {"name":"slow","when":"latency_p99 > 9","active":false,"undelivered":0}]
            """);
        var output = (await server.RunAsync("alerts", "demo")).ShouldSucceed().Out;
        output.ShouldContain("1: The webhook 'ops' answered 503");
        output.ShouldContain("loss 2: loss > 1 is true");
        output.ShouldContain("latency_p99 > 9");
        server.Answer("GET /api/projects/quiet/alerts", "[]");
        (await server.RunAsync("alerts", "quiet")).ShouldSucceed().Out.ShouldStartWith(
            "The release in production in 'quiet' has no alerts");
    }

    [Fact]
    public async Task Evaluation_is_a_job_that_is_followed_to_its_end()
    {
        const string Job =
            """{"id":"j1","project":"demo","release":"1.0.0","request":{"kind":"evaluate"},"status":"succeeded","progress":1,"message":"Measured demo@1.0.0:1 on 9 answers and 0 that nobody saw.","created_at":"2026-11-22T11:00:00+00:00","attempts":1,"metrics":{"auc":0.75}}""";
        await using var server = await FakeServer.StartAsync();
        server.Answer("POST /api/projects/demo/jobs", Job);
        var output = (await server.RunAsync("model", "eval", "demo", "1.0.0:1")).ShouldSucceed().Out;
        output.ShouldContain("Measured demo@1.0.0:1 on 9 answers");
        output.ShouldContain("0.7500");
        (await server.RunAsync("model", "eval", "demo", "--json")).ShouldSucceed().Out.ShouldBe(Job + "\n");
    }
}
