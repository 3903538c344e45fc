using Progeny.Cli.Tests.Support;
using Progeny.Core.Releases.Packages;

namespace Progeny.Cli.Tests.Releases;

public sealed class ProjectReleaseTests
{
    private const string Releases = "POST /api/projects/demo/releases";

    [Fact]
    public async Task The_package_that_is_written_is_one_that_a_server_takes()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var run = (await CliRun.Of("project", "release", "--path", folder["demo"], "--output", folder["demo.zip"])).ShouldSucceed();
        await using var zip = File.OpenRead(folder["demo.zip"]);
        using var package = await PackageReader.ReadAsync(zip, PackageLimits.Default, default);
        package.Manifest.Name.ShouldBe("demo");
        run.Out.ShouldContain("demo 0.1.0");
        run.Out.ShouldContain(package.Index.Digest);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_package_inside_its_own_project_is_warned_about()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var run = await CliRun.Of("project", "release", "--path", folder["demo"], "--output", folder["demo/demo.zip"]);
        run.ShouldSucceed().Error.ShouldContain(".progenyignore");
    }

    [Fact]
    public async Task Publishing_sends_the_package_and_shows_the_servers_digest()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            Releases,
            """{"project":"demo","version":"0.1.0","package_digest":"c0ffee","manifest":"…","published_at":"2026-01-02T03:04:05Z"}""",
            201);

        var run = (await server.RunAsync("project", "release", "--path", folder["demo"])).ShouldSucceed();
        run.Out.ShouldContain("Published demo 0.1.0");
        run.Out.ShouldContain("sha256 c0ffee");
        server.ContentType.ShouldBe("application/zip");
        using var package = await PackageReader.ReadAsync(new MemoryStream(server.Body), PackageLimits.Default, default);
        package.Index.Files.Select(file => file.Path).ShouldBe(["README.md", "data/deliveries.csv", "progeny.yaml"]);
    }

    [Fact]
    public async Task A_refused_version_is_a_failure_with_the_servers_reason()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await using var server = await FakeServer.StartAsync();
        server.Refuse(Releases, 409, """{"title":"Conflict","status":409,"detail":"0.1.0 is not above 0.2.0, the highest published"}""");
        (await server.RunAsync("project", "release", "--path", folder["demo"])).ShouldFail(
            1, "Conflict: 0.1.0 is not above 0.2.0, the highest published");
    }

    [Fact]
    public async Task A_project_with_errors_is_not_sent()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await File.AppendAllTextAsync(folder["demo/progeny.yaml"], "colour: blue\n");
        await using var server = await FakeServer.StartAsync();
        (await server.RunAsync("project", "release", "--path", folder["demo"])).ShouldFail(1, "colour", "1 error in progeny.yaml");
        server.Requests.ShouldBeEmpty();
    }
}
