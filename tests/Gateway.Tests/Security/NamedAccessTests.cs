using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What a request names in its body takes as much as what its path says.</summary>
public sealed class NamedAccessTests(SecuredNode secured) : IClassFixture<SecuredNode>, IDisposable
{
    private static int versions;

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(
        "pipeline: {command: [/bin/true]}\nsource: {file: rows.csv, query: 'SELECT x, y FROM rows'}", "pipeline.command", "programs")]
    [InlineData("pipeline: {model: model.onnx}\nsource: {feed: secret, query: SELECT 1}", "source.feed", "feeds")]
    [InlineData("pipeline: {model: model.onnx}\noutcomes: {feed: secret, query: SELECT 1}", "outcomes.feed", "feeds")]
    [InlineData(
        "pipeline: {model: model.onnx}\naugment: [{name: a, feed: secret, query: SELECT 1, features: [x]}]", "augment[0].feed", "feeds")]
    [InlineData("pipeline: {model: model.onnx}\nalerts: [{name: a, when: 1 = 1, webhook: pager}]", "alerts[0].webhook", "webhooks")]
    [InlineData(
        "pipeline: {model: model.onnx}\nserving: {rollout: {strategy: bandit, arms: ['other@1.0.0:1']}}", "serving.rollout.arms", "lend")]
    public async Task Release_that_needs_a_grant_is_refused_without_it_by_its_key_and_the_grant(string manifest, string key, string grant)
    {
        var (developer, _) = await secured.MakeKeyAsync("developer:named");
        var (status, detail) = await PublishAsync(manifest, developer);
        status.ShouldBe(403, detail);
        detail!.ShouldContain($"'{key}'");
        detail!.ShouldContain($"the grant {grant}");
        detail!.ShouldNotContain("there is", Case.Insensitive);

        // With the grant it is no longer for that that it is refused: there is no such feed, or it is published.
        var (granted, _) = await secured.MakeKeyAsync("developer:named", $"{grant}:{(grant == "lend" ? "other" : "named")}");
        (await PublishAsync(manifest, granted)).Status.ShouldNotBe(403);
    }

    [Fact]
    public async Task Release_that_needs_no_grant_takes_a_developer()
    {
        var (developer, _) = await secured.MakeKeyAsync("developer:named");
        var (status, detail) = await PublishAsync("pipeline: {model: model.onnx}", developer);
        status.ShouldBe(201, detail);
    }

    [Fact]
    public async Task Promotion_by_force_takes_an_operator()
    {
        var (developer, _) = await secured.MakeKeyAsync("developer:echo");
        var (operating, _) = await secured.MakeKeyAsync("operator:echo");
        var body = new { version = "1.0.0:1", force = true };
        var (status, detail) = await secured.AskAsync(HttpMethod.Post, "/api/projects/echo/promotions", developer, body);
        status.ShouldBe(403);
        detail!.ShouldContain("role operator");
        (await secured.AskAsync(HttpMethod.Post, "/api/projects/echo/promotions", operating, body)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Generations_of_another_project_take_its_grant_whether_or_not_it_is_there()
    {
        var (operating, _) = await secured.MakeKeyAsync("operator:echo");
        foreach (var lender in new[] { "other", "nothing" })
        {
            var plan = new { champion = "own", arms = new[]
            {
                new { name = "own", generation = "1.0.0:1", weight = 1 },
                new { name = "lent", generation = $"{lender}@1.0.0:1", weight = 1 },
            } };
            var (status, detail) = await secured.AskAsync(HttpMethod.Put, "/api/projects/echo/rollout", operating, plan);
            status.ShouldBe(403, detail);
            detail!.ShouldBe(
                $"'{await NameAsync(operating)}' may not do this: the generation '{lender}@1.0.0:1' takes the role admin or the grant "
                    + $"lend for '{lender}'.");
            foreach (var body in new object[]
            {
                new { strategy = "abtest", generations = new[] { $"{lender}@1.0.0:1" } }, new { strategy = "bandit", arms = new[]
                {
                    $"{lender}@1.0.0:1",
                } },
            })
                (await secured.AskAsync(HttpMethod.Post, "/api/projects/echo/experiments", operating, body)).Status.ShouldBe(403);
        }

        var (lent, _) = await secured.MakeKeyAsync("operator:echo", "lend:other");
        var allowed = new { champion = "own", arms = new[]
        {
            new { name = "own", generation = "1.0.0:1", weight = 1 },
            new { name = "lent", generation = "other@1.0.0:1", weight = 0 },
        } };
        var set = await secured.AskAsync(HttpMethod.Put, "/api/projects/echo/rollout", lent, allowed);
        set.Status.ShouldBe(200, set.Detail);
        await secured.Node.PostAsync("/api/projects/echo/promotions", new { version = "1.0.0:1", force = true });
    }

    [Fact]
    public async Task Version_in_a_query_string_chooses_nothing()
    {
        var (predictor, _) = await secured.MakeKeyAsync("predictor:echo");
        (await secured.AskAsync(HttpMethod.Post, "/v2/models/echo/versions/9.9.9:9/infer", predictor, new { })).Status.ShouldBe(403);
        var body = JsonNode.Parse("""{"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1.5]}]}""");
        var (status, detail) = await secured.AskAsync(HttpMethod.Post, "/v2/models/echo/infer?version=9.9.9:9", predictor, body);
        status.ShouldBe(200, detail);
    }

    [Fact]
    public async Task Long_name_of_a_client_is_refused_as_its_own_and_one_that_is_not_goes_with_the_name_of_the_key()
    {
        var plan = new { by = new string('x', 201), arms = new[] { new { name = "own", generation = "1.0.0:1", weight = 1 } } };
        (await secured.AskAsync(HttpMethod.Put, "/api/projects/echo/rollout", secured.AdminKey, plan)).Status.ShouldBe(400);
        (await secured.AskAsync(
            HttpMethod.Post, "/api/projects/echo/jobs", secured.AdminKey, new { kind = "train", by = plan.by })).Status.ShouldBe(400);
        var (status, detail) = await secured.AskAsync(
            HttpMethod.Put, "/api/projects/echo/rollout", secured.AdminKey, plan with { by = new string('x', 200) });
        status.ShouldBe(200, detail);
    }

    [Fact]
    public async Task Pause_says_whose_it_is()
    {
        var agent = await secured.Node.PostAsync("/api/projects/echo/offline/pause", new { reason = "a holiday" });
        ((string)agent["paused_by"]!).ShouldBe("key:admin: a holiday");
        await secured.Node.PostAsync("/api/projects/echo/offline/resume", new { });
    }

    private async Task<(int Status, string? Detail)> PublishAsync(string manifest, string key)
    {
        var project = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(project);
        await File.WriteAllTextAsync(
            Path.Combine(project, "progeny.yaml"),
            $"name: named\nversion: 1.0.{Interlocked.Increment(ref versions)}\ntask: regression\nschema:\n  features:\n    - {{name: x, "
                + $"type: float}}\nlabel: {{name: y}}\nentity: x\n{manifest}\n");
        await File.WriteAllTextAsync(Path.Combine(project, "rows.csv"), "x,y\n1,2\n2,3\n");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), EchoModel.ToBytes());
        using var zip = new MemoryStream();
        await Core.Releases.Packages.PackageWriter.WriteAsync(project, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await secured.AskAsync(HttpMethod.Post, "/api/projects/named/releases", key, content);
    }

    private async Task<string> NameAsync(string key)
    {
        var found = await secured.Node.GetAsync($"/api/keys/{key[4..12]}");
        return $"key:{(string)found["name"]!}";
    }
}
