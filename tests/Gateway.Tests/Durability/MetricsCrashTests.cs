using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>What the perfdb counts of a node that is killed again and again under load.</summary>
[Collection("processes")]
public sealed class MetricsCrashTests : DataFixture
{
    private static readonly int _kills = Soak.Times(2);

    private static readonly string[] Projects = ["fast", "durable"];

    [Fact]
    public async Task Perfdb_counts_every_record_of_the_log_once_when_a_node_is_killed_again_and_again()
    {
        for (var kill = 0; kill < _kills; kill++)
        {
            using var node = await StartAsync();
            if (kill == 0)
            {
                foreach (var project in Projects)
                    await node.ServeAsync(project, EchoProject.WriteFinished(PathOf(project), project, log: project));
            }

            QueryStream[] streams = [.. Projects.Select(project => new QueryStream(node.Http, project))];
            foreach (var stream in streams)
                await stream.UntilAsync(TimeSpan.FromMilliseconds(700 + (130 * kill)), 50);
            await node.KillAsync();
            foreach (var stream in streams)
                await stream.EndAsync();
        }

        using var last = await StartAsync();
        foreach (var project in Projects)
        {
            var logged = await CountAsync(last, project);
            logged.ShouldBeGreaterThan(_kills * 50);
            await last.UntilAsync(
                $"/api/projects/{project}/metrics?step=1h", answer => Sum(answer, "rows") == logged && Sum(answer, "requests") == logged);
        }
    }

    private Task<NodeProcess> StartAsync() => NodeProcess.StartAsync(Data, "--Metrics:PublishSeconds", "0.3");

    private static long Sum(JsonNode answer, string figure) =>
        answer["series"]!.AsArray().Sum(series => series!["points"]!.AsArray().Sum(point => (long)point![figure]!));

    private static async Task<int> CountAsync(NodeProcess node, string project)
    {
        var count = 0;
        for (string before = ""; ;)
        {
            var page = await node.GetAsync($"/api/projects/{project}/queries?limit=1000{before}");
            count += page["queries"]!.AsArray().Count;
            if (page["before"] is not { } next)
                return count;
            before = $"&before={next}";
        }
    }
}
