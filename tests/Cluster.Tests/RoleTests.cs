using System.Diagnostics;
using System.Net.Http.Json;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Releases;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>A second cluster on the same server: a node that serves, and a silo that trains.</summary>
[Collection(ClusterCollection.Name)]
public sealed class RoleTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Project = "roles";

    private readonly Findings _findings = new(output);

    [Fact]
    public async Task Jobs_run_where_training_is_done_models_where_serving_is_and_clusters_and_schemas_are_kept_apart()
    {
        await fixture.Cluster.EnsureAsync();
        var cluster = await fixture.CreateAsync("roles");
        var serving = cluster.Add("serving", "--Silo:Roles", "serving");
        var training = cluster.Add("training", "--Silo:Roles", "training");
        await Task.WhenAll(serving.StartAsync(), training.StartSiloAsync());
        await serving.UntilReadyAsync();
        await TestCluster.UntilAsync(
            serving, "both are active", view => cluster.Nodes.TrueForAll(node => TestCluster.StateOf(view, node) == "active"));

        var gate = new Gate(cluster.PathOf(""));
        var job = await serving.Process.PublishAndTrainAsync(
            Project, EchoProject.WriteTrained(cluster.PathOf(Project), Project, Gate.Script, gate.Path));
        await serving.UntilAsync($"/api/jobs/{job}", info => (string?)info["message"] == "waits at the gate");
        RequireOnly(cluster, await serving.GetAsync("/api/cluster"), "Job", training);
        gate.Open();
        await RequireSucceededAsync(serving, job);
        await serving.PostAsync($"/api/projects/{Project}/promotions", new { version = "1.0.0:1", reason = "the first" });
        await serving.PostAsync($"/api/projects/{Project}/predict", new { rows = new[] { new { x = 1 } } });
        var view = await serving.GetAsync("/api/cluster");
        RequireOnly(cluster, view, "Model", serving);
        RequireOnly(cluster, view, "OnlineAgent", serving);

        await RequireWaitingAsync(cluster, serving, training);
        await RequireApartAsync(cluster, serving);
        await RequireRefusedAsync(cluster, ["--Cluster:Id", "another"], "'another'");
        (await training.TerminateAsync()).ShouldBe(0, training.Output);
        (await serving.TerminateAsync()).ShouldBe(0, serving.Output);
        await ClusterFixture.ExecuteAsync(cluster.Database, "UPDATE progeny SET version = 99");
        await RequireRefusedAsync(cluster, [], "version 99");
        _findings.RequireNone(() => cluster.Warnings());
    }

    private static async Task RequireSucceededAsync(ClusterNode node, string job)
    {
        var ended = await node.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", ended.ToJsonString());
    }

    private void RequireOnly(TestCluster cluster, System.Text.Json.Nodes.JsonNode view, string kind, ClusterNode only)
    {
        foreach (var node in cluster.Nodes)
        {
            var count = TestCluster.CountOf(view, node, kind);
            _findings.Note($"{node.Name} has {count} grains of the kind {kind}");
            _findings.Expect(count > 0 == (node == only), $"{node.Name} has {count} grains of the kind {kind}: {view.ToJsonString()}");
        }
    }

    /// <summary>Without a silo for training a job is refused with a reason, or waits; when one is back, jobs run.</summary>
    private async Task RequireWaitingAsync(TestCluster cluster, ClusterNode serving, ClusterNode training)
    {
        await training.KillAsync();
        await TestCluster.UntilAsync(
            serving, "the silo for training is dead", view => TestCluster.StateOf(view, training) is null or "dead");
        var since = Stopwatch.GetTimestamp();
        using var response = await serving.Http.PostAsJsonAsync($"/api/projects/{Project}/jobs", new { kind = "train" });
        var text = await response.Content.ReadAsStringAsync();
        _findings.Note(
            $"a job without a silo for training: {(int)response.StatusCode} {text}, in {Stopwatch.GetElapsedTime(since)}");
        _findings.Expect((int)response.StatusCode is 202 or 503, $"A job without a silo for training: {(int)response.StatusCode} {text}");
        _findings.Expect(text.Contains("training", StringComparison.Ordinal), $"It does not say what is missing: {text}");
        await training.StartSiloAsync();
        await TestCluster.UntilAsync(serving, "the silo for training is back", view => TestCluster.StateOf(view, training) == "active");

        // The one that was refused may be known, and then runs by itself; else another one is started.
        var jobs = (await serving.UntilAsync($"/api/projects/{Project}/jobs", _ => true)).AsArray();
        foreach (var open in jobs.Where(info => info!["ended_at"] is null))
            await RequireSucceededAsync(serving, (string)open!["id"]!);
        var next = await serving.PostAsync($"/api/projects/{Project}/jobs", new { kind = "train" });
        await RequireSucceededAsync(serving, (string)next["id"]!);
        var generations = (await serving.GetAsync($"/api/projects/{Project}/generations")).AsArray().Count;
        var succeeded = (await serving.GetAsync($"/api/projects/{Project}/jobs")).AsArray().Count(
            info => (string)info!["status"]! == "succeeded");
        _findings.Expect(generations == succeeded, $"There are {generations} generations of {succeeded} jobs in {cluster.Id}.");
    }

    private async Task RequireApartAsync(TestCluster cluster, ClusterNode serving)
    {
        var own = await NamesAsync(serving);
        var others = await NamesAsync(fixture.Cluster.Any);
        _findings.Expect(own.SequenceEqual(["serving", "training"]), $"{cluster.Id} has the members {string.Join(' ', own)}.");
        _findings.Expect(
            others.SequenceEqual(["node1", "node2", "node3"]), $"{fixture.Cluster.Id} has the members {string.Join(' ', others)}.");
        using var missing = await fixture.Cluster.Any.Http.GetAsync($"/api/projects/{Project}");
        _findings.Expect((int)missing.StatusCode == 404, $"The other cluster knows the project: {(int)missing.StatusCode}");
    }

    private static async Task<IEnumerable<string>> NamesAsync(ClusterNode node) =>
        (await node.GetAsync("/api/cluster"))["nodes"]!.AsArray().Select(member => (string)member!["name"]!).Distinct().Order();

    /// <summary>A process that must not become a member stops with one sentence.</summary>
    private async Task RequireRefusedAsync(TestCluster cluster, string[] settings, string reason)
    {
        string[] silo = ["--Silo:Address", "127.0.0.1", "--Silo:Port", $"{ClusterNode.FreePort()}", "--Silo:GatewayPort", "0"];
        string[] all = [.. cluster.MemberSettings, .. silo, .. settings];
        var (exitCode, text) = await NodeProcess.RunAsync("Progeny.Gateway.dll", cluster.PathOf($"refused-{reason.Length}"), all);
        _findings.Note($"{exitCode}: {text}");
        _findings.Expect(exitCode == 1, $"It ended with {exitCode}.");
        _findings.Expect(
            text.Contains(reason, StringComparison.Ordinal) && !text.Contains('\n'),
            $"It did not say in one sentence what is wrong: {text}");
    }
}
