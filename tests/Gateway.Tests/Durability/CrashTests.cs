using System.Diagnostics;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>What is left when a node is killed or stopped, and started again.</summary>
[Collection("processes")]
public sealed class CrashTests : DataFixture
{
    private static readonly TimeSpan MayBeLost = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_of_a_killed_node_runs_again_and_makes_one_generation(bool onSilo)
    {
        var gate = new Gate(PathOf(""));
        var folder = EchoProject.WriteTrained(PathOf("echo"), "echo", Gate.Script, gate.Path);
        string job;
        using (var node = await NodeProcess.StartAsync(Data))
        {
            job = await node.PublishAndTrainAsync("echo", folder);
            await node.UntilAsync($"/api/jobs/{job}", info => (string?)info["message"] == "waits at the gate");
            gate.Processes().ShouldNotBeEmpty();
            await node.KillAsync();
        }

        await gate.UntilNobodyWaitsAsync();
        if (onSilo)
        {
            using var silo = await NodeProcess.StartSiloAsync(Data);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (gate.Processes().Count == 0)
                await Task.Delay(20, patience.Token);
            (await silo.TerminateAsync()).ShouldBe(0);
            await gate.UntilNobodyWaitsAsync();
        }

        using var again = await NodeProcess.StartAsync(Data);
        await again.UntilAsync($"/api/jobs/{job}", info => (string?)info["message"] == "waits at the gate");
        gate.Open();
        var ended = await again.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", (string)ended["message"]!);
        ((int)ended["attempts"]!).ShouldBe(onSilo ? 3 : 2);
        ((string)ended["generation"]!).ShouldBe("echo@1.0.0:1");
        (await again.GetAsync("/api/projects/echo/generations")).AsArray().Count.ShouldBe(1);
        gate.Processes().ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(Data, "jobs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelled_job_of_a_killed_node_stays_cancelled()
    {
        var gate = new Gate(PathOf(""));
        var folder = EchoProject.WriteTrained(PathOf("echo"), "echo", Gate.Script, gate.Path);
        string job;
        using (var node = await NodeProcess.StartAsync(Data))
        {
            job = await node.PublishAndTrainAsync("echo", folder);
            await node.UntilAsync($"/api/jobs/{job}", info => (string?)info["message"] == "waits at the gate");
            await node.PostAsync($"/api/jobs/{job}/cancel", new { });
            await node.KillAsync();
        }

        using var again = await NodeProcess.StartAsync(Data);
        var ended = await again.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("cancelled");
        ((int)ended["attempts"]!).ShouldBe(1);
        await gate.UntilNobodyWaitsAsync();
    }

    [Fact]
    public async Task Killed_node_loses_at_most_the_last_hundred_milliseconds_of_a_fast_log()
    {
        var (stream, killed) = await KillWhileAskedAsync("fast");
        await RequireLoggedAsync(stream.AcknowledgedBefore(killed - (long)(MayBeLost.TotalSeconds * Stopwatch.Frequency)));
    }

    [Fact]
    public async Task Killed_node_loses_nothing_acknowledged_of_a_durable_log()
    {
        var (stream, _) = await KillWhileAskedAsync("durable");
        await RequireLoggedAsync(stream.AcknowledgedBefore(long.MaxValue));
    }

    [Fact]
    public async Task Stopped_node_loses_nothing_acknowledged_of_a_fast_log()
    {
        QueryStream stream;
        using (var node = await NodeProcess.StartAsync(Data))
        {
            await node.ServeAsync("echo", EchoProject.WriteFinished(PathOf("echo"), "echo"));
            stream = new QueryStream(node.Http, "echo");
            await stream.UntilAsync(TimeSpan.FromSeconds(1), 300);
            (await node.TerminateAsync()).ShouldBe(0, node.Output);
            await stream.EndAsync();
        }

        await RequireLoggedAsync(stream.AcknowledgedBefore(long.MaxValue));
    }

    [Fact]
    public async Task Releases_promotions_and_outcomes_acknowledged_survive_a_kill()
    {
        const string version = "1.0.0:1";
        using (var node = await NodeProcess.StartAsync(Data))
        {
            await node.ServeAsync("echo", EchoProject.WriteFinished(PathOf("echo"), "echo", log: "durable"));
            await node.PostAsync("/api/projects/echo/predict", new { rows = new[] { new { x = 2.5 } }, query_id = "order-17" });
            await node.PostAsync("/api/projects/echo/outcomes", new { outcomes = new[] { new { query_id = "order-17", outcome = 3.5 } } });
            await node.PublishAndTrainAsync("other", EchoProject.WriteFinished(PathOf("other"), "other"));
            await node.KillAsync();
        }

        using var again = await NodeProcess.StartAsync(Data);
        (await again.GetAsync("/api/projects")).AsArray().Select(project => (string)project!["name"]!).ShouldBe(["echo", "other"]);
        var project = await again.GetAsync("/api/projects/echo");
        ((string)project["champion"]!).ShouldBe($"echo@{version}");
        ((string)project["promotions"]![0]!["reason"]!).ShouldBe("the first");
        var answer = await again.PostAsync("/api/projects/echo/predict", new { rows = new[] { new { x = 7.25 } } });
        ((double)answer["predictions"]![0]!["value"]!).ShouldBe(7.25);
        var query = await again.GetAsync("/api/projects/echo/queries/order-17");
        query["outcome"]!.ToString().ShouldBe("3.5");
        ((string)query["version"]!).ShouldContain(version);
        await again.UntilAsync("/api/projects/other/generations", generations => generations.AsArray().Count == 1);
    }

    private async Task<(QueryStream Stream, long Killed)> KillWhileAskedAsync(string log)
    {
        using var node = await NodeProcess.StartAsync(Data);
        await node.ServeAsync("echo", EchoProject.WriteFinished(PathOf("echo"), "echo", log: log));
        var stream = new QueryStream(node.Http, "echo");
        await stream.UntilAsync(TimeSpan.FromSeconds(1), 300);
        var killed = Stopwatch.GetTimestamp();
        await node.KillAsync();
        await stream.EndAsync();
        return (stream, killed);
    }

    private async Task RequireLoggedAsync(IEnumerable<string> acknowledged)
    {
        using var again = await NodeProcess.StartAsync(Data);
        var logged = await QueryStream.LoggedAsync(again, "echo");
        var expected = acknowledged.ToList();
        expected.Count.ShouldBeGreaterThan(100);
        expected.Where(id => !logged.Contains(id)).ShouldBeEmpty();
    }
}
