using System.Diagnostics;
using System.Net.Http.Json;
using Progeny.Gateway.Tests.Serving;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>The live tail of one node shows what others answered.</summary>
[Collection(ClusterCollection.Name)]
public sealed class TailTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Project = "tailed";
    private static readonly TimeSpan HeardWithin = TimeSpan.FromSeconds(20);

    private readonly TestCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Tail_of_one_node_shows_what_others_answered_also_after_a_silo_of_the_stream_died()
    {
        await _cluster.EnsureAsync();
        await _cluster.ServeAsync(Project, "fast");
        var (listener, answering) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        using var tail = await EventReader.OpenAsync(listener.Http, $"/api/projects/{Project}/queries/stream");
        await RequireHeardAsync(tail, answering, "first");

        // The stream's grains and queues are on any of the three: those that are not on the listener's silo move twice.
        await _cluster.KillAsync(_cluster.Nodes[2], listener);
        await RequireHeardAsync(tail, answering, "second");
        await _cluster.EnsureAsync();
        await _cluster.KillAsync(_cluster.Nodes[1], listener);
        await RequireHeardAsync(tail, _cluster.Nodes[2], "third");
    }

    /// <summary>Asks a node until the tail of another shows one of the queries.</summary>
    private async Task RequireHeardAsync(EventReader tail, ClusterNode node, string name)
    {
        var since = Stopwatch.GetTimestamp();
        var heard = UntilHeardAsync(tail, name);
        for (var number = 0; !heard.IsCompleted; number++)
        {
            using var response = await node.Http.PostAsJsonAsync(
                $"/api/projects/{Project}/predict", new { query_id = $"{name}-{number}", rows = new[] { new { x = 1 } } });
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(HeardWithin, $"{name}\n{_cluster.Warnings()}");
            await Task.WhenAny(heard, Task.Delay(100));
        }

        (await heard).ShouldBeTrue("The stream has ended.");
        output.WriteLine($"{name}: heard after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
    }

    private static async Task<bool> UntilHeardAsync(EventReader tail, string name)
    {
        while (await tail.NextAsync() is { } next)
        {
            if (((string?)next.Data["query_id"])?.StartsWith(name, StringComparison.Ordinal) == true)
                return true;
        }

        return false;
    }
}
