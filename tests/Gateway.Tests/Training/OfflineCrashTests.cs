using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>What the offline agent and a search do when their node is killed in the middle.</summary>
[Collection("killed jobs and experiments")]
public sealed class OfflineCrashTests : DataFixture
{
    private static readonly string[] Settings = ["--OfflineAgent:CheckSeconds", "0.05", "--OfflineAgent:BackOffSeconds", "0.3"];

    [Fact]
    public async Task Training_of_a_killed_node_goes_on_and_each_query_is_trained_on_once()
    {
        var gate = new Gate(PathOf(""));
        var script = $"mkdir -p state\nif [ -e previous ]; then while [ ! -e {gate.Path} ]; do sleep 0.02; done; fi\necho one > state/one";
        var folder = LoopProject.Write(
            PathOf("loop"), "loop", "serving: {log: durable}\nretrain: {when: new_outcomes >= 10}", script: script, incremental: true);
        using (var node = await NodeProcess.StartAsync(Data, Settings))
        {
            await node.ServeAsync("loop", folder);
            await LearnAsync(node, 0, 10);
            await node.UntilAsync("/api/projects/loop/jobs", jobs => jobs.AsArray().Count == 2 && (string)jobs[0]!["status"]! == "running");
            await LearnAsync(node, 10, 3);
            await node.KillAsync();
        }

        using var again = await NodeProcess.StartAsync(Data, Settings);
        await again.UntilAsync("/api/projects/loop/jobs", jobs => (int)jobs[0]!["attempts"]! == 2);
        gate.Open();
        await again.UntilAsync("/api/projects/loop/generations", generations => generations.AsArray().Count == 2);
        await LearnAsync(again, 13, 10);
        var generations = await again.UntilAsync("/api/projects/loop/generations", generations => generations.AsArray().Count == 3);

        (await again.GetAsync("/api/projects/loop/jobs")).AsArray().Count.ShouldBe(3);
        var (second, third) = (generations[1]!["lineage"]!, generations[2]!["lineage"]!);
        ((int)second["previous"]!, (int)third["previous"]!).ShouldBe((1, 2));
        ((long)third["queries_from"]!).ShouldBe((long)second["queries_to"]!);
        ((long)third["log_from"]!).ShouldBe((long)second["log_to"]!);
        ((int)second["query_rows"]! + (int)third["query_rows"]!).ShouldBe(23);
        ((int)third["rows"]!).ShouldBe((int)third["query_rows"]!, "the file's rows were taken before, and all queries are trained on");
    }

    [Fact]
    public async Task Search_of_a_killed_node_runs_no_ended_trial_again()
    {
        var gate = new Gate(PathOf(""));
        var runs = $"{gate.Path}.runs";
        var script = $"echo run >> {runs}\nif [ $(wc -l < {runs}) -eq 3 ]; then while [ ! -e {gate.Path} ]; do sleep 0.02; done; fi";
        var folder = LoopProject.Write(
            PathOf("loop"),
            "loop",
            "tune: {trials: 4, space: {eta: {min: 0, max: 1}}}",
            "{file: data/rows.csv, query: \"SELECT x, y, t FROM rows\", ordinal: t}",
            script);
        string job;
        using (var node = await NodeProcess.StartAsync(Data, Settings))
        {
            await node.PublishAsync("loop", folder);
            job = (string)(await node.PostAsync("/api/projects/loop/jobs", new { kind = "tune" }))["id"]!;
            await node.UntilAsync($"/api/jobs/{job}/trials", trials => trials.AsArray().Count == 2 && File.ReadAllLines(runs).Length == 3);
            await node.KillAsync();
        }

        using var again = await NodeProcess.StartAsync(Data, Settings);
        var ended = await again.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", (string)ended["message"]!);
        ((string)ended["generation"]!).ShouldBe("loop@1.0.0:1");
        (await again.GetAsync($"/api/jobs/{job}/trials")).AsArray().Count.ShouldBe(4);

        // Two trials, a killed third, the third and the fourth, and the generation.
        (await File.ReadAllLinesAsync(runs)).Length.ShouldBe(6);
        Directory.EnumerateFileSystemEntries(Path.Combine(Data, "jobs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_that_stops_its_node_each_time_is_given_up()
    {
        var folder = LoopProject.Write(
            PathOf("loop"), "loop", script: "sleep 60", source: "{file: data/rows.csv, query: \"SELECT x, y, t FROM rows\", ordinal: t}");
        string job;
        using (var node = await NodeProcess.StartAsync(Data, "--Jobs:MaxAttempts", "2"))
        {
            job = await node.PublishAndTrainAsync("loop", folder);
            await node.UntilAsync($"/api/jobs/{job}", info => (int)info["attempts"]! == 1);
            await node.KillAsync();
        }

        using (var node = await NodeProcess.StartAsync(Data, "--Jobs:MaxAttempts", "2"))
        {
            await node.UntilAsync($"/api/jobs/{job}", info => (int)info["attempts"]! == 2);
            await node.KillAsync();
        }

        using var last = await NodeProcess.StartAsync(Data, "--Jobs:MaxAttempts", "2");
        var ended = await last.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("failed");
        ((string)ended["message"]!).ShouldBe("Its node stopped in the middle of it 2 times; it is not tried again.");
    }

    private static async Task LearnAsync(NodeProcess node, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            await node.PostAsync("/api/projects/loop/predict", new { rows = new[] { new { x = i + 0.25 } }, query_id = $"q{i}" });
        await node.PostAsync(
            "/api/projects/loop/outcomes",
            new { outcomes = Enumerable.Range(from, count).Select(i => new { query_id = $"q{i}", outcome = i }) });
    }
}
