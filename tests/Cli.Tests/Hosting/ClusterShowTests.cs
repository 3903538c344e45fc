using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Hosting;

public sealed class ClusterShowTests
{
    private const string Alone = """
        {"nodes":[{"name":"laptop","address":"127.0.0.1:11111","state":"active","seen_at":"2026-01-02T03:04:05Z","version":"0.1.0","roles":["serving","training"],
          "started_at":"2026-01-02T03:04:05Z","processors_used":0.256,"memory_bytes":432013312,"models":2,"jobs":1,"activations":{"Project":2,"Roster":1},"log_waiting":1234,"log_dropped":0}]}
        """;

    private const string Cluster = """
        {"nodes":[
          {"name":"a","address":"10.0.0.1:11111","state":"active","seen_at":"2026-01-02T03:04:05Z","version":"0.1.0","roles":["serving"],"started_at":"2026-01-02T03:04:05Z",
           "processors_used":1.5,"memory_bytes":1048576,"models":0,"jobs":0,"activations":{"Roster":1,"Rollout":12},"log_waiting":0,"log_dropped":7,"database_milliseconds":0.84},
          {"name":"b","address":"10.0.0.2:11111","state":"active","seen_at":"2026-01-02T03:04:05Z","version":"0.1.0","roles":["training"],"started_at":"2026-01-02T03:04:05Z",
           "processors_used":0,"memory_bytes":1048576,"models":0,"jobs":0,"activations":{"Rollout":3},"log_waiting":0,"log_dropped":0,
           "database_problem":"[connection] refused","database_milliseconds":0.84},
          {"name":"b","address":"10.0.0.2:11111","state":"dead","seen_at":"2026-01-02T03:04:05Z"},
          {"name":"c","address":"10.0.0.3:11111","state":"active","seen_at":"2026-01-02T03:04:05Z","version":"0.1.0","roles":["training"],"started_at":"2026-01-02T03:04:05Z",
           "processors_used":0,"memory_bytes":1048576,"models":0,"jobs":0,"activations":{},"log_waiting":0,"log_dropped":0,"database_milliseconds":1}]}
        """;

    [Fact]
    public async Task Node_that_stands_alone_is_shown_with_what_it_does()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/cluster", Alone);
        var lines = (await server.RunAsync("cluster", "show")).ShouldSucceed().Out.Split('\n');
        Cells(lines[0])
            .ShouldBe(
                [
                    "node",
                    "state",
                    "roles",
                    "version",
                    "up for",
                    "processors",
                    "memory",
                    "models",
                    "jobs",
                    "log waiting",
                    "dropped",
                    "database",
                ]);
        var cells = Cells(lines[1]);
        cells[..4].ShouldBe(["laptop", "active", "serving, training", "0.1.0"]);
        cells[4].ShouldMatch(@"^\d+ d \d+:\d\d$");
        cells[5..].ShouldBe(["0.26", "412 MiB", "2", "1", "1,234", "0", "its own files"]);
        lines.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Database_that_a_node_cannot_reach_is_named_with_the_reason()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/cluster", Cluster);
        var lines = (await server.RunAsync("cluster", "show")).ShouldSucceed().Out.Split('\n');
        Cells(lines[1])[9..].ShouldBe(["0", "7", "0.8 ms"]);
        Cells(lines[2])[^1].ShouldBe("away");
        lines[5].ShouldBe("b: [connection] refused");
    }

    [Fact]
    public async Task Activations_are_shown_by_kind_and_node_when_asked_for()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/cluster", Cluster);
        var text = (await server.RunAsync("cluster", "show", "--grains")).ShouldSucceed().Out;
        var lines = text.Split('\n').SkipWhile(line => !line.StartsWith("grain", StringComparison.Ordinal)).ToList();
        Cells(lines[0]).ShouldBe(["grain", "a", "b", "c"]);
        Cells(lines[1]).ShouldBe(["Rollout", "12", "3", "–"]);
        Cells(lines[2]).ShouldBe(["Roster", "1", "–", "–"]);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("dead")]
    [InlineData("joining")]
    public async Task Node_that_is_not_active_is_a_failure_for_scripts(string state)
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/cluster", Cluster.Replace("""
            "name":"c","address":"10.0.0.3:11111","state":"active"
            """.Trim(), $"""
            "name":"c","address":"10.0.0.3:11111","state":"{state}"
            """.Trim()));
        var run = await server.RunAsync("cluster", "show");
        run.ExitCode.ShouldBe(1);
        Cells(run.Out.Split('\n')[4])[..2].ShouldBe(["c", state]);
        var json = await server.RunAsync("cluster", "show", "--json");
        json.ExitCode.ShouldBe(1);
        json.Out.Trim().ShouldStartWith("""{"nodes":""");
    }

    [Fact]
    public async Task Node_that_says_nothing_is_shown_with_its_last_sign_of_life()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/cluster",
            """{"nodes":[{"name":"gone","address":"10.0.0.3:11111","state":"dead","seen_at":"2026-01-02T03:04:05Z"}]}""");
        var run = await server.RunAsync("cluster", "show", "--grains");
        run.ExitCode.ShouldBe(1);
        var cells = Cells(run.Out.Split('\n')[1]);
        cells[..4].ShouldBe(["gone", "dead", "–", "–"]);
        cells[4].ShouldMatch(@"^seen \d+ d \d+:\d\d ago$");
        cells[5..].ShouldAllBe(cell => cell == "–");
    }

    // Columns stand two spaces apart; a cell has single ones.
    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
