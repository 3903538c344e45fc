using Progeny.Cli.Tests.Support;
using Progeny.Core.Experiments;

namespace Progeny.Cli.Tests.Training;

public sealed class JobCommandsTests
{
    private const string Start = "POST /api/projects/demo/jobs";
    private const string Show = "GET /api/jobs/j1";

    [Fact]
    public async Task A_training_is_followed_until_it_has_succeeded()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Start, Job("queued", 0), 202).Answer(Show, Job("running", 0.5)).Answer(Show, Job("succeeded", 1, "demo@0.1.0:4"));
        var run = (await server.RunAsync("model", "train", "demo", "--release", "0.1.0", "--from", "5")).ShouldSucceed();
        server.BodyText.ShouldBe("""{"kind":"train","release":"0.1.0","from":"5"}""");
        run.Out.ShouldContain("demo@0.1.0:4");
        run.Out.ShouldContain("0.9000");
        run.Out.ShouldContain("progeny model promote demo 0.1.0:4");
        run.Error.ShouldContain("50 %  said running");
    }

    [Fact]
    public async Task A_training_that_fails_is_exit_code_1()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Start, Job("running", 0), 202).Answer(Show, Job("failed", 0.5));
        var run = await server.RunAsync("model", "train", "demo");
        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("progeny job log j1");
    }

    [Fact]
    public async Task Detached_or_interrupted_it_says_how_to_look()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Start, Job("running", 0), 202).Answer(Show, Job("running", 0.5));
        (await server.RunAsync("model", "train", "demo", "--detach")).ShouldSucceed().Out.ShouldContain("progeny job show j1");
        server.Requests.ShouldBe([Start]);

        using var interrupt = new CancellationTokenSource();
        var settings = new Dictionary<string, string?> { ["Server"] = server.Url };
        var run = CliRun.OfConfigured(settings, ["model", "train", "demo"], interrupt.Token);
        await Processes.UntilAsync(() => server.Requests.Contains(Show), "the job is asked for");
        await interrupt.CancelAsync();
        (await run).ShouldFail(130, "progeny job show j1", "progeny job cancel j1");
        server.Requests.ShouldNotContain("POST /api/jobs/j1/cancel");
    }

    [Fact]
    public async Task Jobs_are_shown_cancelled_and_their_log_is_printed()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Show, Job("running", 0.25)).Answer("POST /api/jobs/j1/cancel", Job("cancelled", 0.25))
            .Answer(Show + "/log", "round [1]\nround [2]", type: "text/plain");
        (await server.RunAsync("job", "show", "j1")).ShouldSucceed().Out.ShouldContain("running, 25 %");
        (await server.RunAsync("job", "cancel", "j1")).ShouldSucceed().Out.ShouldContain("cancelled");
        (await server.RunAsync("job", "log", "j1")).ShouldSucceed().Out.ShouldBe("round [1]\nround [2]\n");
    }

    [Fact]
    public async Task An_unknown_job_is_a_failure()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("GET /api/jobs/a%20b%2F", 404, """{"title":"Not found","status":404,"detail":"There is no job 'a b/'."}""");
        (await server.RunAsync("job", "show", "a b/")).ShouldFail(1, "Not found: There is no job 'a b/'.");
    }

    private static string Job(string status, double progress, string? generation = null) => $$$"""
        {"id":"j1","project":"demo","release":"0.1.0","request":{"kind":"train"},"status":"{{{status}}}","progress":{{{progress}}},"message":"said {{{status}}}",
         "created_at":"2026-01-02T03:04:05Z","attempts":1,"generation":{{{(generation is null ? "null" : $"\"{generation}\"")}}},"metrics":{"accuracy":0.9}}
        """;
}
