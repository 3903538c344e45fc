using System.Net;
using System.Text.Json.Nodes;
using Progeny.Core.Releases.Packages;

namespace Progeny.Gateway.Tests.Releases;

public sealed class ReleaseTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Release_is_found_with_its_manifest_and_its_package()
    {
        var folder = EchoProject.WriteFinished(fixture.PathOf("found"), "found");
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(folder, zip, CancellationToken.None);
        var (status, release) = await PublishAsync("found", zip.ToArray());

        status.ShouldBe(201);
        ((string)release["version"]!).ShouldBe("1.0.0");
        var stored = await node.GetAsync("/api/projects/found/releases/1.0.0");
        ((string)stored["manifest"]!).ShouldBe(await File.ReadAllTextAsync(Path.Combine(folder, "progeny.yaml")));
        (await node.Http.GetByteArrayAsync("/api/projects/found/releases/1.0.0/package")).ShouldBe(zip.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is not a zip")]
    [InlineData("PK\u0003\u0004 neither is this, though it begins like one")]
    public async Task What_is_no_zip_is_refused(string body)
    {
        var (status, problem) = await PublishAsync("no-zip", System.Text.Encoding.UTF8.GetBytes(body));
        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldContain("zip");
        (await node.Http.GetAsync("/api/projects/no-zip")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Entry_that_climbs_out_of_the_package_is_refused_and_named()
    {
        var folder = EchoProject.WriteFinished(fixture.PathOf("climbs"), "climbs");
        var (status, problem) = await PublishAsync("climbs", await PackageForge.MakeAsync(folder, "data/../../evil.sh", "echo"));
        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldContain("data/../../evil.sh");
    }

    [Fact]
    public async Task Package_of_another_project_is_refused_and_both_are_named()
    {
        var folder = EchoProject.WriteFinished(fixture.PathOf("mine"), "mine");
        using var response = await node.PublishAsync("yours", folder);
        ((int)response.StatusCode).ShouldBe(400);
        (await response.Content.ReadAsStringAsync()).ShouldContain("The package is of the project 'mine', not of 'yours'.");
        (await node.GetAsync("/api/projects")).AsArray().ShouldNotContain(project => (string)project!["name"]! == "yours");
    }

    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.2.0-rc.1")]
    [InlineData("1.1.9")]
    public async Task Version_that_does_not_grow_is_refused_and_the_highest_is_named(string version)
    {
        var project = $"grows-{version.Length}-{version[2]}";
        (await node.PublishAsync(
            project, EchoProject.WriteFinished(fixture.PathOf($"{project}-a"), project, "1.2.0"))).EnsureSuccessStatusCode();
        using var response = await node.PublishAsync(project, EchoProject.WriteFinished(fixture.PathOf($"{project}-b"), project, version));
        ((int)response.StatusCode).ShouldBe(409);
        (await response.Content.ReadAsStringAsync()).ShouldContain("1.2.0 is the highest published version");
        (await node.GetAsync($"/api/projects/{project}"))["releases"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Errors_in_the_manifest_are_listed_with_line_and_column()
    {
        var folder = EchoProject.WriteFinished(fixture.PathOf("faulty"), "faulty");
        var manifest = (await File.ReadAllTextAsync(Path.Combine(folder, "progeny.yaml")))
            .Replace("task: regression", "task: regresion", StringComparison.Ordinal)
            .Replace("serving:", "servings:", StringComparison.Ordinal);
        var (status, problem) = await PublishAsync("faulty", await PackageForge.MakeAsync(folder, "progeny.yaml", manifest));

        status.ShouldBe(400);
        var errors = problem["errors"]!.AsArray();
        var task = errors.Single(error => (string)error!["path"]! == "task")!;
        ((int)task["line"]!, (int)task["column"]!).ShouldBe((3, 7));
        ((string)task["message"]!).ShouldContain("regresion");
        ((int)errors.Single(error => ((string)error!["message"]!).Contains("serving"))!["line"]!).ShouldBe(13);
        ((string)problem["detail"]!).ShouldContain("progeny.yaml:3:7: task:");
    }

    [Fact]
    public async Task Package_beyond_the_limit_is_refused_before_it_is_read()
    {
        using var content = new Endless();
        content.Headers.ContentType = new("application/zip");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/projects/large/releases") { Content = content };
        request.Headers.ExpectContinue = true;
        using var response = await node.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(413);
        ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["title"]!).ShouldBe("Too large");
        content.WasRead.ShouldBeFalse();
    }

    private async Task<(int Status, JsonNode Body)> PublishAsync(string project, byte[] package)
    {
        using var content = new ByteArrayContent(package);
        content.Headers.ContentType = new("application/zip");
        using var response = await node.Http.PostAsync($"/api/projects/{project}/releases", content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Two gigabytes that nobody should ask for.</summary>
    private sealed class Endless : HttpContent
    {
        public bool WasRead { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasRead = true;
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 2L << 30;
            return true;
        }
    }
}
