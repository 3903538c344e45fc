using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Grains.Common;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>The dashboard of Orleans, which an operator has to turn on.</summary>
public sealed class DashboardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData]
    [InlineData("--Dashboard:Enabled", "false")]
    public async Task Nothing_is_there_unless_it_is_turned_on(params string[] settings)
    {
        await using var node = await Node.StartAsync(Path.Combine(folder, "data"), settings);
        foreach (var path in new[] { "/dashboard", "/dashboard/", "/dashboard/DashboardCounters", "/dashboard/Trace" })
        {
            using var response = await node.Http.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        // A silo that has it must not have its grains activated here.
        GrainTypesOf(node).ShouldNotContain(type => type.Contains("dashboard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_and_figures_are_there_when_it_is_turned_on_for_whom_the_node_answers()
    {
        await using var node = await Node.StartAsync(Path.Combine(folder, "data"), "--Dashboard:Enabled", "true");

        using var page = await node.Http.GetAsync("/dashboard");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/dashboard/");
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await page.Content.ReadAsStringAsync()).ShouldContain("index.min.js");
        (await node.Http.GetAsync("/dashboard/index.min.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
        GrainTypesOf(node).ShouldContain("dashboard");
        await node.GetAsync("/api/projects");
        var counters = await node.UntilAsync("/dashboard/DashboardCounters", counters => Grains(counters).Any());
        ((int)counters["totalActiveHostCount"]!).ShouldBe(1);
        Grains(counters).ShouldContain("Progeny.Grains.Projects.RosterGrain");

        using var trace = await node.Http.GetAsync("/dashboard/Trace");
        trace.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var foreign = new HttpRequestMessage(
            HttpMethod.Get, "/dashboard/DashboardCounters") { Headers = { Host = "elsewhere.example" } };
        (await node.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        using var embedded = new HttpRequestMessage(
            HttpMethod.Get, "/dashboard/DashboardCounters") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        (await node.Http.SendAsync(embedded)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await node.Http.GetStringAsync("/openapi/v1.json")).ShouldNotContain("/dashboard");
    }

    [Fact]
    public async Task Setting_that_is_neither_true_nor_false_is_refused_in_a_sentence()
    {
        var exception = await Should.ThrowAsync<SettingException>(
            () => Node.StartAsync(Path.Combine(folder, "data"), "--Dashboard:Enabled", "maybe"));
        exception.Message.ShouldBe("Dashboard:Enabled is 'maybe'; it must be true or false.");
    }

    private static IEnumerable<string> GrainTypesOf(Node node) =>
        node.Services.GetRequiredService<IClusterManifestProvider>().LocalGrainManifest.Grains.Keys.Select(type => type.ToString()!);

    private static IEnumerable<string?> Grains(JsonNode counters) =>
        counters["simpleGrainStats"]!.AsArray().Select(grain => (string?)grain!["grainType"]);
}
