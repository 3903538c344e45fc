using System.Net;
using System.Net.Sockets;
using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("project", "chekc")]
    [InlineData("project")]
    [InlineData("project", "init")]
    [InlineData("model", "list", "demo", "--sever", "x")]
    [InlineData("about", "--server", "localhost")]
    [InlineData("about", "--server", "ftp://localhost")]
    [InlineData("outcome", "report", "demo", "q", "1", "--observed-at", "yesterday")]
    [InlineData("model", "predict", "demo", "--row", "[1]")]
    [InlineData("model", "predict", "demo", "--row", "{")]
    [InlineData("model", "predict", "demo")]
    [InlineData("node", "import", "--from", "data")]
    [InlineData("node", "import", "--cluster", "Host=127.0.0.1")]
    [InlineData("node", "export", "--to", "data", "--cluster", "Host=127.0.0.1", "--set", "Feeds:a=b")]
    public async Task Wrong_usage_is_exit_code_2_and_says_why(params string[] args)
    {
        var run = await CliRun.Of(args);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_wrong_address_in_the_environment_is_named()
    {
        var run = await CliRun.OfConfigured(new Dictionary<string, string?> { ["Server"] = "nonsense" }, ["about"]);
        run.ShouldFail(2, "PROGENY_SERVER", "'nonsense'", "http://127.0.0.1:8080");
    }

    [Fact]
    public async Task Help_lists_the_commands()
    {
        var run = (await CliRun.Of("project", "--help")).ShouldSucceed();
        foreach (var command in new[] { "init", "check", "test", "eval", "train", "release", "schema", "list" })
            run.Out.ShouldContain($"  {command}");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_sentence_with_its_address()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}";
        socket.Stop();
        var run = (await CliRun.Of("project", "list", "--server", url)).ShouldFail(1, url, "./run.sh", "PROGENY_SERVER");
        run.Error.Trim().ShouldNotContain("\n");
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_kind_of_server_is_told_from_ours()
    {
        await using var server = await FakeServer.StartAsync();
        (await server.RunAsync("project", "list")).ShouldFail(1, "404", "Progeny server");
        server.Answer("GET /api/projects", "<html>", type: "text/html");
        (await server.RunAsync("project", "list")).ShouldFail(1, "not as a Progeny server does");
    }
}
