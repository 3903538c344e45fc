using System.Diagnostics;
using System.Net.Http.Json;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Releases;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>A gateway without a silo does what a node does, through the nodes.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClientTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Project = "remote";
    private static readonly TimeSpan OutageAllowed = TimeSpan.FromSeconds(10);

    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Gateway_without_a_silo_does_all_that_a_node_does_and_survives_the_death_of_each()
    {
        await _cluster.EnsureAsync();
        using var client = await NodeProcess.StartAsync(
            _cluster.PathOf("client"), [.. _cluster.MemberSettings, "--Cluster:Role", "client"]);
        await client.ServeAsync(Project, EchoProject.WriteFinished(_cluster.PathOf(Project), Project, log: "durable"));
        var answer = await client.PostAsync($"/api/projects/{Project}/predict", new { query_id = "one", rows = new[] { new { x = 2.5 } } });
        ((double)answer["predictions"]![0]!["value"]!).ShouldBe(2.5);
        var inferred = await client.PostAsync(
            $"/v2/models/{Project}/infer",
            new { id = "two", inputs = new[] { new { name = "x", shape = new[] { 1 }, datatype = "FP32", data = new[] { 3.5 } } } });
        ((double)inferred["outputs"]![0]!["data"]![0]!).ShouldBe(3.5);
        await client.PostAsync($"/api/projects/{Project}/outcomes", new { outcomes = new[] { new { query_id = "one", outcome = 4 } } });
        (await client.GetAsync($"/api/projects/{Project}/queries"))["queries"]!.AsArray().Count.ShouldBe(2);
        ((string)(await client.GetAsync($"/api/projects/{Project}/queries/one"))["outcome"]!).ShouldBe("4");
        var replay = await client.GetAsync($"/api/projects/{Project}/queries/one/replay");
        ((bool)replay["identical"]!).ShouldBeTrue(replay.ToJsonString());
        (await client.GetAsync($"/api/projects/{Project}/queries/one/explain"))["contributions"]!.AsArray().Count.ShouldBe(1);
        (await client.GetAsync("/api/projects")).AsArray().Select(project => (string)project!["name"]!).ShouldContain(Project);

        // A promotion is in force everywhere within two seconds; who is asked before that, while a node dies, may not know it yet.
        foreach (var node in _cluster.Nodes)
            await node.UntilAsync($"/v2/models/{Project}/ready", info => (bool)info["ready"]!);
        foreach (var node in _cluster.Nodes)
        {
            await node.KillAsync();
            await RequireAnswersAsync(client, node.Name);
            await _cluster.EnsureAsync();
        }
    }

    /// <summary>Asks until predictions succeed again, ten in a row.</summary>
    private async Task RequireAnswersAsync(NodeProcess client, string killed)
    {
        var since = Stopwatch.GetTimestamp();
        var (last, failed, inRow) = (TimeSpan.Zero, 0, 0);
        while (inRow < 10)
        {
            using var response = await client.Http.PostAsJsonAsync(
                $"/api/projects/{Project}/predict", new { rows = new[] { new { x = 1 } } });
            inRow = response.IsSuccessStatusCode ? inRow + 1 : 0;
            if (!response.IsSuccessStatusCode)
            {
                ((int)response.StatusCode).ShouldBeOneOf([503, 504], await response.Content.ReadAsStringAsync());
                (last, failed) = (Stopwatch.GetElapsedTime(since), failed + 1);
            }

            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(OutageAllowed + OutageAllowed, client.Output);
            await Task.Delay(20);
        }

        output.WriteLine(
            $"{killed} was killed: {failed} predictions through the client failed, the last after {last.TotalSeconds:0.0} s");
        last.ShouldBeLessThan(OutageAllowed);
    }
}
