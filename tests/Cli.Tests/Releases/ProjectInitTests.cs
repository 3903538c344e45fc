using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Releases;

public sealed class ProjectInitTests
{
    [Fact]
    public async Task A_new_project_is_written_and_valid()
    {
        using var folder = new TemporaryFolder();
        var init = (await CliRun.Of("project", "init", "demo", "--path", folder["demo"])).ShouldSucceed();
        init.Out.ShouldContain(folder["demo/progeny.yaml"]);
        init.Out.ShouldContain("progeny project test");
        folder.List().ShouldContain(Path.Combine("demo", "progeny.yaml"));

        var check = (await CliRun.Of("project", "check", "--path", folder["demo"])).ShouldSucceed();
        check.Out.Trim().ShouldBe("progeny.yaml: demo 0.1.0 is valid (binary, 4 features, 2 tests)");
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["notes.txt"], "mine");
        (await CliRun.Of("project", "init", "demo", "--path", folder.FullName)).ShouldFail(1, "is not empty");
        folder.List().ShouldBe(["notes.txt"]);
    }

    [Fact]
    public async Task A_bad_name_is_refused_with_the_rule()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("project", "init", "My Project", "--path", folder["x"])).ShouldFail(1, "My Project", "lower-case letters");
        folder.List().ShouldBeEmpty();
    }
}
