using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Tests;

public sealed class ConsoleTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private readonly Node node = trained.Node;

    [Fact]
    public async Task Projects_are_listed_with_champion_and_description()
    {
        var page = await PageAsync("/");
        page.ShouldContain("""<a href="/projects/demo">demo</a>""");
        page.ShouldContain(trained.Manifest.Description);
        page.ShouldContain("""<a href="/projects/demo/generations/0.1.0:1">0.1.0:1</a>""");
        page.ShouldContain("succeeded");
    }

    [Fact]
    public async Task Project_shows_generations_promotions_and_jobs()
    {
        var page = await PageAsync("/projects/demo");
        page.ShouldContain("the first");
        page.ShouldContain("champion");
        page.ShouldContain(((double)trained.Job["metrics"]!["accuracy"]!).ToString("F3"));
        page.ShouldContain($"/api/jobs/{(string)trained.Job["id"]!}/log");
        page.ShouldContain("""<progress max="1" value="1" """);
    }

    [Fact]
    public async Task Project_shows_what_was_decided_and_on_which_figures()
    {
        var log = node.Services.GetRequiredService<IDecisionLog>();
        await log.AppendAsync(
            new Decision
            {
                Id = "console-decision",
                Project = "demo",
                At = DateTimeOffset.UtcNow,
                Kind = DecisionKind.Gate,
                By = "gate quality",
                Message = "It is <good> enough.",
                Generation = new GenerationReference("demo", "0.1.0", 1),
                Figures = ImmutableSortedDictionary<string, double>.Empty.Add("eval_auc", 0.751),
            },
            CancellationToken.None);

        var page = await PageAsync("/projects/demo");
        page.ShouldContain("It is &lt;good&gt; enough.");
        page.ShouldContain("/projects/demo/decisions");
        var decisions = await PageAsync("/projects/demo/decisions");
        decisions.ShouldContain("eval_auc 0.751");
        decisions.ShouldContain("gate quality");
    }

    [Fact]
    public async Task Project_shows_who_has_which_share_while_there_are_several()
    {
        var (status, _) = await node.TryPutAsync(
            "/api/projects/demo/rollout",
            """{"arms": [{"name": "old", "generation": "0.1.0:1", "weight": 3}, {"name": "new", "generation": "0.1.0:1", "weight": 1}], "champion": "old"}""");
        status.ShouldBe(200);
        var page = await PageAsync("/projects/demo");
        page.ShouldContain("25.0%");
        page.ShouldContain("challenger");
        await node.PostAsync("/api/projects/demo/promotions", new { version = "0.1.0:1", reason = "the end of the test" });
    }

    [Fact]
    public async Task Project_shows_the_figures_of_what_came_true_when_outcomes_are_reported()
    {
        var answer = await AskAsync("console-figures");
        await ReportAsync("console-figures", (string)answer["label"]!);
        await node.UntilAsync("/api/projects/demo/queries/console-figures", query => query["outcome"] is not null);

        var page = await PageAsync("/projects/demo");
        page.ShouldContain("figures over the last");
        page.ShouldContain("at evaluation");
        page.ShouldContain("/projects/demo/query?id=console-figures");
        page.ShouldNotContain("no outcomes of its queries are known yet");
    }

    [Fact]
    public async Task Generation_shows_lineage_figures_and_its_model()
    {
        var generation = await node.GetAsync("/api/projects/demo/generations/0.1.0:1");
        var page = await PageAsync("/projects/demo/generations/0.1.0:1");
        page.ShouldContain((string)generation["assets"]!["model"]!);
        page.ShouldContain((string)generation["lineage"]!["data_digest"]!);
        page.ShouldContain("logLoss");
        page.ShouldContain("the first");

        const string Model = "/api/projects/demo/generations/0.1.0:1/model";
        page.ShouldContain($"href=\"{Model}\"");
        (await node.Http.GetByteArrayAsync(Model)).Length.ShouldBe((int)generation["assets"]!["model_bytes"]!);
    }

    [Fact]
    public async Task Release_shows_its_manifest()
    {
        var page = await PageAsync("/projects/demo/releases/0.1.0");
        page.ShouldContain("name: demo");
        page.ShouldContain("/api/projects/demo/releases/0.1.0/package");
    }

    [Fact]
    public async Task Query_shows_fields_probabilities_and_the_history_of_its_outcome()
    {
        var answer = await AskAsync("console-query");
        var classes = trained.Manifest.Label!.Classes;
        await ReportAsync("console-query", classes[0]);
        await ReportAsync("console-query", classes[1]);
        await node.UntilAsync("/api/projects/demo/queries/console-query", query => query["outcomes"]!.AsArray().Count == 2);

        var page = await PageAsync("/projects/demo/query?id=console-query");
        foreach (var feature in trained.Manifest.Features)
            page.ShouldContain($"<th scope=\"row\">{feature.Name}</th>");
        page.ShouldContain(((double)answer["probabilities"]![classes[1]]!).ToString("P1").Replace(" ", "", StringComparison.Ordinal));
        page.ShouldContain("corrected since");
        page.ShouldContain("predict");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a/../b?c=d&e#f\"'%2F+ é")]
    public async Task Query_id_of_any_characters_is_shown_as_text_and_linked(string id)
    {
        await AskAsync(id);
        var address = $"/projects/demo/query?id={Uri.EscapeDataString(id)}";
        var page = await UntilPageAsync(address);
        page.ShouldNotContain("<script>alert");
        WebUtility.HtmlDecode(page).ShouldContain(id);

        var project = await PageAsync("/projects/demo");
        project.ShouldNotContain("<script>alert");
        WebUtility.HtmlDecode(project).ShouldContain($"href=\"{address}\"");
    }

    [Theory]
    [InlineData("/projects/none")]
    [InlineData("/projects/demo/releases/9.9.9")]
    [InlineData("/projects/demo/generations/0.1.0:99")]
    [InlineData("/projects/demo/generations/nonsense")]
    [InlineData("/projects/none/queries")]
    [InlineData("/projects/demo/query?id=none")]
    [InlineData("/projects/demo/query")]
    [InlineData("/projects/%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
    [InlineData("/nowhere/at-all")]
    public async Task Unknown_page_is_a_page_with_404(string address)
    {
        using var response = await AsBrowserAsync(address);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("<h1>Not found</h1>");
        page.ShouldNotContain("<script>alert");
    }

    [Theory]
    [InlineData("/api/projects/none")]
    [InlineData("/api/nothing")]
    [InlineData("/v2/nothing")]
    public async Task Unknown_address_of_the_api_stays_a_problem_even_for_a_browser(string address)
    {
        using var response = await AsBrowserAsync(address);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Unknown_address_is_a_problem_for_a_program()
    {
        using var response = await node.Http.GetAsync("/nowhere/at-all");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Log_is_read_page_by_page_without_gap_or_repetition()
    {
        var row = trained.Manifest.Tests[0].Given;
        await node.PostAsync("/api/projects/demo/predict", new { rows = Enumerable.Repeat(row, 250), query_id = "paged" });
        await node.UntilAsync("/api/projects/demo/queries/paged:249", _ => true);

        List<string> seen = [];
        for (string? address = "/projects/demo/queries?version=0.1.0:1"; address is not null;)
        {
            var page = WebUtility.HtmlDecode(await PageAsync(address));
            seen.AddRange(Between(page, "/projects/demo/query?id=paged%3A", "\""));
            address = Between(page, "rel=\"next\" href=\"", "\"").SingleOrDefault();
        }

        seen.Select(int.Parse).Order().ShouldBe(Enumerable.Range(0, 250));
    }

    [Fact]
    public async Task About_page_shows_the_versions_of_the_node_and_its_libraries()
    {
        var about = await node.GetAsync("/api/about");
        var page = WebUtility.HtmlDecode(await PageAsync("/about"));
        page.ShouldContain((string)about["version"]!);
        page.ShouldContain((string)about["orleans"]!);
        page.ShouldContain((string)about["onnx_runtime"]!);
    }

    [Fact]
    public async Task Pages_load_nothing_from_elsewhere_and_what_they_load_is_there()
    {
        using var response = await AsBrowserAsync("/");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        var page = await response.Content.ReadAsStringAsync();
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("style=");
        var assets = Between(page, "\"/assets/", "\"").ToList();
        assets.Count.ShouldBe(3);
        foreach (var asset in assets)
        {
            using var file = await node.Http.GetAsync($"/assets/{asset}");
            file.StatusCode.ShouldBe(HttpStatusCode.OK);
            file.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }
    }

    [Fact]
    public async Task Pages_are_no_part_of_the_description_of_the_api()
    {
        var paths = (await node.GetAsync("/openapi/v1.json"))["paths"]!.AsObject().Select(path => path.Key);
        paths.ShouldAllBe(path => path.StartsWith("/api/") || path.StartsWith("/v2") || path == "/metrics" || path == "/health/startup");
    }

    private static IEnumerable<string> Between(string text, string before, string after)
    {
        for (var at = text.IndexOf(before, StringComparison.Ordinal); at >= 0; at = text.IndexOf(before, at, StringComparison.Ordinal))
        {
            at += before.Length;
            yield return text[at..text.IndexOf(after, at, StringComparison.Ordinal)];
        }
    }

    private async Task<System.Text.Json.Nodes.JsonNode> AskAsync(string id)
    {
        var answer = await node.PostAsync(
            "/api/projects/demo/predict", new { rows = new[] { trained.Manifest.Tests[0].Given }, query_id = id });
        await UntilPageAsync($"/projects/demo/query?id={Uri.EscapeDataString(id)}");
        return answer["predictions"]![0]!;
    }

    private async Task ReportAsync(string id, string outcome) =>
        await node.PostAsync("/api/projects/demo/outcomes", new { outcomes = new[] { new { query_id = id, outcome } } });

    private async Task<HttpResponseMessage> AsBrowserAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.8));
        return await node.Http.SendAsync(request);
    }

    private async Task<string> PageAsync(string address)
    {
        using var response = await AsBrowserAsync(address);
        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.ShouldStartWith("<!DOCTYPE html>");
        page.ShouldEndWith("</html>");
        return page;
    }

    private async Task<string> UntilPageAsync(string address)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using (var response = await AsBrowserAsync(address))
            {
                if (response.IsSuccessStatusCode)
                    return await response.Content.ReadAsStringAsync(patience.Token);
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
