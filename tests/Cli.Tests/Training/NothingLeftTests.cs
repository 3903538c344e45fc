using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Training;

public sealed class NothingLeftTests
{
    [Fact]
    public async Task A_training_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var temporary = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var before = folder.List();

        using var process = ProgenyProcess.Start(temporary.FullName, folder["demo"], "project", "test");
        (await ProgenyProcess.WaitAsync(process)).ShouldSucceed().Out.ShouldContain("3 passed, 0 failed");
        folder.List().ShouldBe(before);
        temporary.List().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task An_interrupted_training_leaves_nothing_behind(string signal)
    {
        using var folder = new TemporaryFolder();
        using var temporary = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var file = folder["demo/progeny.yaml"];
        var manifest = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, manifest.Replace("trainer: xgboost", "command: [sh, -c, 'echo $$ > started; exec sleep 600']"));

        using var process = ProgenyProcess.Start(temporary.FullName, folder["demo"], "project", "train");
        var run = ProgenyProcess.WaitAsync(process);
        int? trainer = null;
        await Processes.UntilAsync(() => (trainer = TrainerIn(temporary)) is not null || process.HasExited, "the trainer has started");
        await process.SignalAsync(signal);
        (await run).ShouldFail(130, "Cancelled.");
        temporary.List().ShouldBeEmpty();
        Directory.Exists($"/proc/{trainer}").ShouldBeFalse();
    }

    /// <summary>The process that a trainer says it is; null: there is none yet.</summary>
    private static int? TrainerIn(TemporaryFolder folder) =>
        folder.List().FirstOrDefault(path => Path.GetFileName(path) == "started") is { } file
            && int.TryParse(File.ReadAllText(folder[file]), out var id) ? id : null;
}
