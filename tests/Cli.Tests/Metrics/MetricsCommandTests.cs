using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Metrics;

public sealed class MetricsCommandTests
{
    private const string Answer = """
        {"project":"demo","from":"2026-11-22T11:00:00+00:00","to":"2026-11-22T12:00:00+00:00","step":60,"by":"generation","series":[
         {"version":"1.0.0:1","points":[{"at":"2026-11-22T11:59:00+00:00","requests":1200,"rows":2400,"errors":1,
          "latency":{"p50":812.5,"p90":1500,"p99":3000,"mean":900.25,"augment":1,"queue":2,"predict":3},"outcomes":2,"loss":0.25,"metrics":{"hit":0.5}}]},
         {"version":"1.0.0:2","points":[{"at":"2026-11-22T11:59:00+00:00","requests":0,"rows":0,"errors":0,"outcomes":1,"loss":0.5,"metrics":{}}]}]}
        """;

    [Fact]
    public async Task Series_are_a_table_with_a_row_a_point()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/metrics?from=2026-11-22T11%3A00%3A00%2B01%3A00&step=1m&by=generation", Answer);
        var run = await server.RunAsync("metrics", "demo", "--from", "2026-11-22T11:00:00+01:00", "--step", "1m", "--by", "generation");
        var lines = run.ShouldSucceed().Out.Split('\n', StringSplitOptions.TrimEntries);
        lines[0].ShouldStartWith("version  at");
        lines[0].ShouldEndWith("hit");
        Words(lines[1])
            .ShouldBe(
                ["1.0.0:1", "2026-11-22", "11:59:00Z", "1,200", "2,400", "1", "0.813", "1.500", "3.000", "0.900", "2", "0.2500", "0.5000"]);
        Words(lines[2]).ShouldBe(["1.0.0:2", "2026-11-22", "11:59:00Z", "0", "0", "0", "–", "–", "–", "–", "1", "0.5000", "–"]);
    }

    [Fact]
    public async Task Json_is_passed_through_and_nothing_is_said_to_be_nothing()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/metrics", Answer);
        (await server.RunAsync("metrics", "demo", "--json")).ShouldSucceed().Out.ShouldBe(Answer + "\n");
        server.Answer(
            "GET /api/projects/idle/metrics",
            """{"project":"idle","from":"2026-11-22T11:00:00Z","to":"2026-11-22T12:00:00Z","step":10,"by":"project","series":[]}""");
        (await server.RunAsync("metrics", "idle")).ShouldSucceed().Out.ShouldBe(
            "Nothing happened to 'idle' from 2026-11-22 11:00:00Z to 2026-11-22 12:00:00Z.\n");
    }

    [Fact]
    public async Task What_the_server_refuses_is_said()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse(
            "GET /api/projects/demo/metrics?step=3s", 400, """{"title":"Invalid request","status":400,"detail":"step is '3s'"}""");
        (await server.RunAsync("metrics", "demo", "--step", "3s")).ShouldFail(1, "Invalid request: step is '3s'");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
