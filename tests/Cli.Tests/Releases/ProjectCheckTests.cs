using Progeny.Cli.Tests.Support;
using Progeny.Core.Manifests;

namespace Progeny.Cli.Tests.Releases;

public sealed class ProjectCheckTests
{
    [Fact]
    public async Task Every_error_is_shown_with_its_line_and_a_mark_under_its_column()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var file = folder["demo/progeny.yaml"];
        var text = (await File.ReadAllTextAsync(file)).Replace("- {name: hour, type: int", "- {name: hour, type: intt")
            .Replace("seed: 1", "sead: 1");
        await File.WriteAllTextAsync(file, text);

        var run = (await CliRun.Of("project", "check", "--path", folder["demo"])).ShouldFail(1, "intt", "sead", "2 errors in progeny.yaml");
        var said = run.Error.Split('\n');
        foreach (var error in ManifestParser.Parse(text).Errors)
        {
            var at = Array.FindIndex(
                said, line => line.StartsWith($"progeny.yaml:{error.Line}:{error.Column}: ", StringComparison.Ordinal));
            at.ShouldBeGreaterThanOrEqualTo(0, error.ToString());
            said[at + 1].ShouldEndWith(text.Split('\n')[error.Line - 1].TrimEnd());
            said[at + 2].IndexOf('^').ShouldBe(said[at + 1].IndexOf('|') + 1 + error.Column);
        }
    }

    [Fact]
    public async Task A_folder_without_a_manifest_is_no_project()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("project", "check", "--path", folder.FullName)).ShouldFail(1, folder.FullName, "progeny project init NAME");
    }

    [Fact]
    public async Task The_schema_is_printed_as_it_is_published()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("project", "schema")).ShouldSucceed().Out.ShouldBe(ManifestSchema.ToJson());
        (await CliRun.Of("project", "schema", "--output", folder["schema.json"])).ShouldSucceed().Out.ShouldBeEmpty();
        (await File.ReadAllTextAsync(folder["schema.json"])).ShouldBe(ManifestSchema.ToJson());
    }
}
