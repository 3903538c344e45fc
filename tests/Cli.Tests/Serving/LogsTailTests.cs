using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Serving;

public sealed class LogsTailTests
{
    private const string Tail = "GET /api/projects/demo/queries/stream";
    private const string Label =
        """{"project":"demo","query_id":"q-1","at":"2026-11-22T12:00:00.5Z","version":"0.1.0:1","arm":"champion","reason":"share","prediction":{"label":"late","probabilities":{"late":0.875,"on time":0.125}},"latency":{"augment":0,"queue":12,"predict":30,"total":1234}}""";
    private const string Value =
        """{"project":"demo","query_id":"q-2","at":"2026-11-22T12:00:01Z","version":"0.1.0:2","arm":"challenger","reason":"share","prediction":{"value":12.5},"latency":{"augment":0,"queue":12,"predict":30,"total":42}}""";
    private const string Failed =
        """{"project":"demo","query_id":"q\u001b[2J","at":"2026-11-22T12:00:01Z","version":"0.1.0:2","arm":"champion","reason":"share","error":"it broke","latency":{"augment":0,"queue":0,"predict":0,"total":1}}""";

    [Fact]
    public async Task Queries_are_shown_a_line_each_and_a_broken_connection_is_made_again()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Tail, $": listening\n\ndata: {Label}\n\n:\n\ndata: {Value}\n\n", type: "text/event-stream")
            .Answer(Tail, $": listening\n\nevent: missed\ndata: {{\"records\":1200}}\n\nevent: missed\ndata: {{}}\n\ndata: {Failed}\n\n", type: "text/event-stream")
            .Answer(Tail, ": listening\n\n", type: "text/event-stream");
        var run = (await UntilAskedAsync(server, 3, "logs", "tail", "demo")).ShouldSucceed();
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3, run.Out);
        Words(lines[0])[1..].ShouldBe(["q-1", "0.1.0:1", "champion", "late", "(0.8750)", "1.234", "ms"]);
        Words(lines[0])[0].ShouldEndWith(":00.500Z");
        Words(lines[1])[1..].ShouldBe(["q-2", "0.1.0:2", "challenger", "12.5", "0.042", "ms"]);
        lines[2].ShouldNotContain("\u001b");
        lines[2].ShouldContain("error: it broke");
        run.Error.ShouldContain("the server has ended the stream");
        run.Error.ShouldContain("connected again");
        run.Error.ShouldContain("1,200 records missed");
        run.Error.ShouldContain("records missed on their way between nodes");
    }

    [Fact]
    public async Task Json_is_passed_through_and_a_version_asked_for()
    {
        const string path = Tail + "?version=0.1.0%3A1";
        await using var server = await FakeServer.StartAsync();
        server.Answer(path, $"data: {Label}\n\ndata: {Value}\n\n", type: "text/event-stream");
        (await UntilAskedAsync(server, 1, "logs", "tail", "demo", "--version", "0.1.0:1", "--json")).ShouldSucceed().Out.ShouldStartWith(
            $"{Label}\n{Value}\n");
    }

    [Fact]
    public async Task What_the_server_refuses_and_a_server_that_was_never_there_are_errors()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse(Tail, 404, """{"title":"Not found","status":404,"detail":"There is no project 'demo'."}""");
        (await server.RunAsync("logs", "tail", "demo")).ShouldFail(1, "There is no project 'demo'.");
        (await CliRun.OfConfigured(
            new Dictionary<string, string?> { ["Server"] = "http://127.0.0.1:1" }, ["logs", "tail", "demo"])).ShouldFail(
                1, "No server answers");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Runs until the server has been asked so often, and once more for the answer to be shown; then stops as Ctrl-C does.
    /// </summary>
    private static async Task<CliRun> UntilAskedAsync(FakeServer server, int requests, params string[] args)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var run = CliRun.OfConfigured(new Dictionary<string, string?> { ["Server"] = server.Url }, args, stop.Token);
        while (server.Requests.Count <= requests && !run.IsCompleted)
            await Task.Delay(10, CancellationToken.None);
        await stop.CancelAsync();
        return await run;
    }
}
