using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>Nodes that start at once on an empty database.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StartTests(ClusterFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_become_one_cluster()
    {
        var cluster = await fixture.CreateAsync("fresh");
        for (var number = 1; number <= 3; number++)
            cluster.Add($"new{number}");
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        await cluster.EnsureAsync();
        output.WriteLine($"Three nodes know each other after {System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
        (await ClusterFixture.CountAsync(cluster.Database, "SELECT count(*) FROM progeny")).ShouldBe(1);
        await cluster.ServeAsync("fresh", "durable");
        foreach (var node in cluster.Nodes)
            ((string)(await node.PostAsync("/api/projects/fresh/predict", new { rows = new[] { new { x = 1 } } }))["version"]!).ShouldBe(
                "1.0.0:1");
        foreach (var node in cluster.Nodes)
            (await node.TerminateAsync()).ShouldBe(0, node.Output);
    }
}
