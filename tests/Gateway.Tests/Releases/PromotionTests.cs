using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Releases;

namespace Progeny.Gateway.Tests.Releases;

public sealed class PromotionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private static readonly TimeSpan InForce = TimeSpan.FromSeconds(2);

    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Promotion_is_in_force_within_two_seconds_and_rolls_back_likewise()
    {
        await PublishAsync("rolls", generations: 2);
        await PromoteAsync("rolls", "1.0.0:1");
        (await VersionAsync("rolls")).ShouldBe("1.0.0:1");

        (await TimeUntilAnswersAsync("rolls", "1.0.0:2")).ShouldBeLessThan(InForce);
        (await StagesAsync("rolls")).ShouldBe(["retired", "champion"]);

        (await TimeUntilAnswersAsync("rolls", "1.0.0:1")).ShouldBeLessThan(InForce);
        (await StagesAsync("rolls")).ShouldBe(["champion", "retired"]);

        var project = await node.GetAsync("/api/projects/rolls");
        ((int)project["plan_version"]!).ShouldBe(3);
        project["promotions"]!.AsArray().Select(promotion => ((string?)promotion!["previous"], (string)promotion["generation"]!)).ShouldBe(
            [(null, "rolls@1.0.0:1"), ("rolls@1.0.0:1", "rolls@1.0.0:2"), ("rolls@1.0.0:2", "rolls@1.0.0:1")]);
    }

    [Fact]
    public async Task Going_back_again_and_again_never_leads_to_what_was_left()
    {
        await PublishAsync("steps", generations: 3);
        foreach (var version in (string[])["1.0.0:1", "1.0.0:2", "1.0.0:3"])
            await PromoteAsync("steps", version);
        ((string)(await RollBackAsync("steps", "{}", 200))["generation"]!).ShouldBe("steps@1.0.0:2");
        ((string)(await RollBackAsync("steps", """{"plan_version": 3}""", 409))["detail"]!).ShouldContain("plan 4 is in force by now");
        ((string)(await RollBackAsync("steps", """{"plan_version": 4}""", 200))["generation"]!).ShouldBe("steps@1.0.0:1");
        ((string)(await RollBackAsync("steps", "{}", 409))["detail"]!).ShouldStartWith(
            "Nothing was in production in 'steps' before steps@1.0.0:1.");
        var decisions = (await node.GetAsync("/api/projects/steps/decisions")).AsArray();
        decisions.Take(3).Select(decision => (string)decision!["kind"]!).ShouldBe(["rollback", "rollback", "promotion"]);

        await PromoteAsync("steps", "1.0.0:3");
        ((string)(await RollBackAsync("steps", "{}", 200))["generation"]!).ShouldBe("steps@1.0.0:1");
        ((string)(await RollBackAsync("steps", """{"version": "1.0.0:2"}""", 200))["previous"]!).ShouldBe("steps@1.0.0:1");
    }

    [Fact]
    public async Task Generation_is_staged_until_it_is_promoted_and_nothing_serves_before()
    {
        await PublishAsync("staged", generations: 1);
        (await StagesAsync("staged")).ShouldBe(["staged"]);
        var (status, problem) = await node.TryPostAsync("/api/projects/staged/predict", """{"rows": [{"x": 1}]}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldContain("promotions");
    }

    [Theory]
    [InlineData("1.0.0:2", 404, "There is no generation unknown@1.0.0:2.")]
    [InlineData("3.0.0:1", 404, "There is no generation unknown@3.0.0:1.")]
    [InlineData("newest", 400, "one looks like '1.2.0:3'")]
    [InlineData("1.0.0:0", 400, "one looks like '1.2.0:3'")]
    public async Task Generation_that_does_not_exist_cannot_be_promoted(string version, int expected, string said)
    {
        if ((int)(await node.Http.GetAsync("/api/projects/unknown")).StatusCode == 404)
            await PublishAsync("unknown", generations: 1);
        var (status, problem) = await node.TryPostAsync(
            "/api/projects/unknown/promotions", new JsonObject { ["version"] = version }.ToJsonString());
        status.ShouldBe(expected);
        ((string)problem["detail"]!).ShouldContain(said);
        (await node.GetAsync("/api/projects/unknown"))["champion"].ShouldBeNull();
    }

    [Fact]
    public async Task Generation_whose_model_is_lost_cannot_be_promoted_and_the_champion_stays()
    {
        await PublishAsync("broken", generations: 2);
        await PromoteAsync("broken", "1.0.0:1");
        var cluster = node.Services.GetRequiredService<IClusterClient>();
        var release = cluster.GetGrain<IReleaseGrain>("broken@1.0.0");
        var draft = Draft("lost") with { Assets = new GenerationAssets { Model = new string('0', 64), ModelBytes = 1 } };
        (await release.Commit(draft)).Reference.Generation.ShouldBe(3);

        var (status, problem) = await node.TryPostAsync("/api/projects/broken/promotions", """{"version": "1.0.0:3"}""");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldStartWith("broken@1.0.0:3 cannot serve: The model of broken@1.0.0:3 cannot be read");
        (await VersionAsync("broken")).ShouldBe("1.0.0:1");
        (await StagesAsync("broken")).ShouldBe(["champion", "staged", "staged"]);
    }

    [Fact]
    public async Task Job_that_commits_twice_gets_one_generation()
    {
        await PublishAsync("twice", generations: 1);
        var release = node.Services.GetRequiredService<IClusterClient>().GetGrain<IReleaseGrain>("twice@1.0.0");
        var first = await release.Commit(Draft("job-7"));
        var again = await release.Commit(Draft("job-7"));
        var other = await release.Commit(Draft("job-8"));
        (first.Reference.Generation, again.Reference.Generation, other.Reference.Generation).ShouldBe((2, 2, 3));
        again.CreatedAt.ShouldBe(first.CreatedAt);
        (await node.GetAsync("/api/projects/twice/generations")).AsArray().Count.ShouldBe(3);
    }

    private static GenerationDraft Draft(string job) => new()
    {
        Assets = new GenerationAssets { Model = new string('1', 64), ModelBytes = 1 },
        Lineage = new Lineage { JobId = job, PackageDigest = new string('2', 64) },
        Metrics = ImmutableSortedDictionary<string, double>.Empty,
    };

    private async Task PublishAsync(string project, int generations)
    {
        (await node.PublishAsync(project, EchoProject.WriteFinished(fixture.PathOf(project), project))).EnsureSuccessStatusCode();
        for (var i = 0; i < generations; i++)
            ((string)(await node.TrainAsync(project))["status"]!).ShouldBe("succeeded");
    }

    private Task<JsonNode> PromoteAsync(string project, string version) =>
        node.PostAsync($"/api/projects/{project}/promotions", new { version, reason = "a test" });

    private async Task<JsonNode> RollBackAsync(string project, string body, int expected)
    {
        var (status, answer) = await node.TryPostAsync($"/api/projects/{project}/rollback", body);
        status.ShouldBe(expected, answer.ToJsonString());
        return answer;
    }

    private async Task<string> VersionAsync(string project) =>
        (string)(await node.PostAsync($"/api/projects/{project}/predict", new { rows = new[] { new { x = 1.5 } } }))["version"]!;

    private async Task<TimeSpan> TimeUntilAnswersAsync(string project, string version)
    {
        await PromoteAsync(project, version);
        var since = Stopwatch.StartNew();
        while (since.Elapsed < TimeSpan.FromSeconds(20) && await VersionAsync(project) != version)
            await Task.Delay(10);
        return since.Elapsed;
    }

    private async Task<IEnumerable<string>> StagesAsync(string project) =>
        (await node.GetAsync($"/api/projects/{project}/generations")).AsArray().Select(generation => (string)generation!["stage"]!);
}
