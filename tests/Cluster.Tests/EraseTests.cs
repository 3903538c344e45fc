using System.Net;
using Progeny.Gateway.Tests.Metrics;

namespace Progeny.Cluster.Tests;

/// <summary>An entity whose records wait in the buffers of several silos is erased.</summary>
[Collection(ClusterCollection.Name)]
public sealed class EraseTests(ClusterFixture fixture)
{
    private const int QueriesOfEach = 20;

    [Fact]
    public async Task Entity_is_erased_from_the_buffers_of_all_silos_and_its_queries_answer_410_on_each()
    {
        var cluster = await fixture.CreateAsync("erasing");
        var pepper = cluster.PathOf("pepper");
        await File.WriteAllTextAsync(pepper, new string('p', 64));
        string[] settings = ["--Security:PepperFile", pepper];
        var (first, second) = (cluster.Add("first", settings), cluster.Add("second", settings));
        await cluster.EnsureAsync();
        await first.Process.PublishAsync(
            "people", JudgedProject.Write(cluster.PathOf("people"), "people", "entity: person\nserving: {log: fast}"));
        await cluster.TrainAsync("people");
        await first.PostAsync("/api/projects/people/promotions", new { version = "1.0.0:1", reason = "the first" });
        await AskAsync("warm", "alice", QueriesOfEach);

        var asked = await AskAsync("m", "mallory", QueriesOfEach);
        var erased = await first.PostAsync("/api/projects/people/erase", new { entity = "mallory", reason = "request 7" });

        ((bool)erased["complete"]!, (long)erased["records"]!).ShouldBe((true, asked.Count), erased.ToJsonString());
        foreach (var id in asked)
        {
            foreach (var node in cluster.Nodes)
            {
                using var answer = await node.Http.GetAsync($"/api/projects/people/queries/{id}");
                answer.StatusCode.ShouldBe(HttpStatusCode.Gone, $"{id} on {node.Name}");
            }
        }

        (await second.GetAsync("/api/projects/people/queries?limit=1000")).ToJsonString().ShouldNotContain("mallory");
        (await second.GetAsync("/api/projects/people/queries/warm-first-0"))["entity"]!.GetValue<string>().ShouldBe("alice");
        (await first.TerminateAsync()).ShouldBe(0, first.Output);
        (await second.TerminateAsync()).ShouldBe(0, second.Output);

        // All nodes at once, so that each has records that are not written yet.
        async Task<List<string>> AskAsync(string name, string person, int count)
        {
            var ids = new List<string>();
            await Task.WhenAll(cluster.Nodes.SelectMany(node => Enumerable.Range(0, count).Select(number =>
            {
                var id = $"{name}-{node.Name}-{number}";
                ids.Add(id);
                return node.PostAsync(
                    "/api/projects/people/predict", new { query_id = id, rows = new[] { new { x = 0.2, kind = "a", person } } });
            })));
            return ids;
        }
    }
}
