using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Metrics;

namespace Progeny.Gateway.Tests.Security;

/// <summary>An entity is erased over the API.</summary>
public sealed class EraseTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    public async Task InitializeAsync()
    {
        node = await Node.StartAsync(Path.Combine(folder, "data"), "--Metrics:ScoreSeconds", "0.1");
        foreach (var (name, more) in new[]
        {
            ("people", "entity: person\nserving: {log: durable}"),
            ("nobody", "serving: {log: fast}"),
            ("veiled", "entity: person\nserving: {redact: [person]}"),
        })
        {
            using var published = await node.PublishAsync(name, JudgedProject.Write(Path.Combine(folder, name), name, more));
            published.IsSuccessStatusCode.ShouldBeTrue(await published.Content.ReadAsStringAsync());
        }

        ((string)(await node.TrainAsync("people"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/people/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Erased_entity_is_gone_from_queries_outcomes_and_scores_and_its_queries_answer_410()
    {
        await node.PostAsync(
            "/api/projects/people/predict",
            new { query_id = "m-1", rows = new[] { new { x = 0.2, kind = "a", person = "mallory-name" } } });
        await node.PostAsync(
            "/api/projects/people/predict", new { query_id = "a-1", rows = new[] { new { x = 0.3, kind = "a", person = "alice" } } });
        await node.PostAsync(
            "/api/projects/people/outcomes",
            new { outcomes = new[] { new { query_id = "m-1", outcome = "1" }, new { query_id = "a-1", outcome = "0" } } });
        await node.UntilAsync(
            "/api/projects/people/metrics?step=10s",
            metrics => metrics.ToJsonString().Contains("\"outcomes\":2", StringComparison.Ordinal));

        var erased = await node.PostAsync("/api/projects/people/erase", new { entity = "mallory-name", reason = "request 7", by = "ada" });

        ((bool)erased["complete"]!, (long)erased["records"]!, (long)erased["outcomes"]!, (long)erased["scores"]!).ShouldBe(
            (true, 1, 1, 1), erased.ToJsonString());
        erased["kept"]!.AsArray().Count.ShouldBeGreaterThan(2);
        using (var page = await node.Http.GetAsync("/projects/people/query?id=m-1"))
        {
            ((int)page.StatusCode).ShouldBe(410);
            (await page.Content.ReadAsStringAsync()).ShouldContain("was erased on");
        }

        foreach (var path in (string[])["", "/replay", "/explain"])
        {
            using var gone = await node.Http.GetAsync($"/api/projects/people/queries/m-1{path}");
            ((int)gone.StatusCode).ShouldBe(410);
            var problem = JsonNode.Parse(await gone.Content.ReadAsStringAsync())!;
            ((string)problem["erased_by"]!).ShouldBe("ada");
            ((string)problem["detail"]!).ShouldContain("was erased on");
        }

        (await node.GetAsync("/api/projects/people/queries")).ToJsonString().ShouldNotContain("m-1");
        (await node.GetAsync("/api/projects/people/queries/a-1"))["outcome"]!.ToJsonString().ShouldContain("0");
        (await node.Http.GetAsync("/api/projects/people/queries/never")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);

        var late = await node.PostAsync(
            "/api/projects/people/outcomes",
            new { outcomes = new[] { new { query_id = "m-1", outcome = "0" }, new { query_id = "a-1", outcome = "1" } } });
        ((long)late["erased"]!, (long)late["corrected"]!).ShouldBe((1, 1));

        var entry = (await node.GetAsync("/api/audit?action=project.erase")).AsArray().ShouldHaveSingleItem()!;
        ((string)entry["by"]!, (string)entry["after"]!["entity"]!, (long)entry["after"]!["records"]!).ShouldBe(
            ("anonymous as 'ada'", (string)erased["mark"]!, 1));
        (await node.Http.GetStringAsync("/api/audit/export")).ShouldNotContain("mallory-name");
    }

    [Theory]
    [InlineData("people", """{"entity":""}""", 400, "'entity' must name")]
    [InlineData("none", """{"entity":"x"}""", 404, "There is no project")]
    [InlineData("nobody", """{"entity":"x"}""", 409, "has no entity")]
    [InlineData("veiled", """{"entity":"x"}""", 409, "is redacted")]
    public async Task Erasure_that_cannot_be_made_is_refused(string project, string body, int status, string said)
    {
        var (found, problem) = await node.TryPostAsync($"/api/projects/{project}/erase", body);

        found.ShouldBe(status);
        ((string)problem["detail"]!).ShouldContain(said);
    }
}
