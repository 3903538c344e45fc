using System.Text.Json;
using Progeny.Contracts.Common;
using Progeny.Contracts.Hosting;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>What a node that stands alone shows as its cluster.</summary>
[Collection(ServingCollection.Name)]
public sealed class ClusterApiTests(ServingNode serving)
{
    [Fact]
    public async Task Node_that_stands_alone_is_the_only_one_and_active()
    {
        var cluster = (await serving.GetAsync("/api/cluster", 200)).Deserialize<ClusterView>(ApiJson.Options)!;

        var node = cluster.Nodes.ShouldHaveSingleItem();
        var about = (await serving.GetAsync("/api/about", 200)).Deserialize<About>(ApiJson.Options)!;
        node.Name.ShouldBe(about.Node);
        node.State.ShouldBe("active");
        node.Version.ShouldBe(about.Version);
        node.Roles.ShouldBe(["serving", "training"]);
        node.StartedAt!.Value.ShouldBeLessThan(DateTimeOffset.UtcNow);
        node.MemoryBytes!.Value.ShouldBeGreaterThan(1_000_000);
        node.ProcessorsUsed!.Value.ShouldBeInRange(0, Environment.ProcessorCount + 0.5);
        node.Jobs.ShouldBe(0);
        node.LogDropped.ShouldBe(0);
        node.DatabaseProblem.ShouldBeNull();
        node.DatabaseMilliseconds.ShouldBeNull();
        node.Activations!.ShouldContainKeyAndValue("Roster", 1);
        node.Activations!.ShouldContainKey("Project");
    }

    [Fact]
    public async Task Page_shows_the_same_and_what_the_states_mean()
    {
        var name = (string)(await serving.GetAsync("/api/about", 200))["node"]!;

        var page = await serving.Http.GetStringAsync("/cluster");

        page.ShouldContain("<a href=\"/cluster\">Cluster</a>");
        page.ShouldContain($"<span>Node {name}</span>");
        page.ShouldContain("1 node active.");
        page.ShouldContain($"<th scope=\"row\">{name}<span");
        page.ShouldContain("<span class=\"mark good\">active</span>");
        page.ShouldContain("serving, training");
        page.ShouldContain("<th scope=\"row\">Roster</th>");
        page.ShouldContain("<th scope=\"row\">silent</th>");
    }
}
