using System.Diagnostics;
using Progeny.Gateway.Tests.Releases;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>A job whose silo dies runs again elsewhere, once.</summary>
[Collection(ClusterCollection.Name)]
public sealed class JobTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private readonly Findings _findings = new(output);
    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Job_whose_silo_is_killed_runs_again_on_another_and_makes_one_generation()
    {
        await _cluster.EnsureAsync();
        var gate = new Gate(_cluster.PathOf(""));
        var source = EchoProject.WriteTrained(_cluster.PathOf("trained"), "trained", Gate.Script, gate.Path);
        var job = await _cluster.Any.Process.PublishAndTrainAsync("trained", source);
        await _cluster.Any.UntilAsync($"/api/jobs/{job}", info => (string?)info["message"] == "waits at the gate");
        var before = await TestCluster.UntilAsync(
            _cluster.Any, "a node runs the job", view => _cluster.Nodes.Exists(node => JobsOf(view, node) == 1));
        var killed = _cluster.Nodes.Single(node => JobsOf(before, node) == 1);

        await killed.KillAsync();
        var since = Stopwatch.GetTimestamp();
        var again = await _cluster.Any.UntilAsync(
            $"/api/jobs/{job}", info => (int)info["attempts"]! == 2 && (string?)info["message"] == "waits at the gate");
        _findings.Note($"{killed.Name} was killed; the job runs again after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
        var after = await _cluster.Any.GetAsync("/api/cluster");
        _findings.Expect(
            _cluster.Nodes.Where(node => node != killed).Count(node => JobsOf(after, node) == 1) == 1,
            $"The job {again.ToJsonString()} runs on none, or on several: {after.ToJsonString()}");
        gate.Open();
        var ended = await _cluster.Any.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        await _cluster.EnsureAsync();

        _findings.Expect((string)ended["status"]! == "succeeded", $"The job has ended so: {ended.ToJsonString()}");
        _findings.Expect((string?)ended["generation"] == "trained@1.0.0:1", $"It made {ended["generation"]}.");
        // The node that was killed is back by now, and must not run it a third time.
        var last = await _cluster.Any.GetAsync($"/api/jobs/{job}");
        _findings.Expect((int)last["attempts"]! == 2, $"It was attempted {last["attempts"]} times.");
        var generations = (await _cluster.Any.GetAsync("/api/projects/trained/generations")).AsArray();
        _findings.Expect(generations.Count == 1, $"There are the generations {generations.ToJsonString()}.");
        await RequireWholeArtifactsAsync();
        await gate.UntilNobodyWaitsAsync();
        foreach (var node in _cluster.Nodes)
        {
            var left = Directory.EnumerateFileSystemEntries(Path.Combine(node.Data, "jobs")).ToList();
            _findings.Expect(left.Count == 0, $"{node.Name} has left {string.Join(", ", left)}.");
        }

        await _cluster.Any.PostAsync("/api/projects/trained/promotions", new { version = "1.0.0:1", reason = "it is whole" });
        var answer = await _cluster.Any.PostAsync("/api/projects/trained/predict", new { rows = new[] { new { x = 7.25 } } });
        _findings.Expect((double)answer["predictions"]![0]!["value"]! == 7.25, $"The model answers {answer.ToJsonString()}.");
        _findings.RequireNone(() => _cluster.Warnings());
    }

    private static int JobsOf(System.Text.Json.Nodes.JsonNode view, ClusterNode node) => (int?)TestCluster.Of(view, node)?["jobs"] ?? 0;

    /// <summary>Each artifact has as many bytes as it is said to have, and no upload is half there.</summary>
    private async Task RequireWholeArtifactsAsync()
    {
        _findings.Expect(
            await ClusterFixture.CountAsync(
                _cluster.Database,
                """
                SELECT count(*) FROM artifacts a
                WHERE size <> (SELECT coalesce(sum(octet_length(data)), 0) FROM artifact_chunks c WHERE c.upload = a.upload)
                """) == 0,
            "An artifact lacks some of its chunks.");
        _findings.Expect(
            await ClusterFixture.CountAsync(_cluster.Database, "SELECT count(*) FROM staged_artifacts") == 0, "An upload is staged still.");
        _findings.Expect(
            await ClusterFixture.CountAsync(
                _cluster.Database, "SELECT count(*) FROM artifact_chunks WHERE upload NOT IN (SELECT upload FROM artifacts)") == 0,
            "There are chunks of no artifact.");
    }
}
