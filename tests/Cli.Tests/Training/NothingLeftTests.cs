using System.Diagnostics;
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
        string? started = null;
        while (started is null && !process.HasExited)
        {
            await Task.Delay(20);
            started = temporary.List().FirstOrDefault(path => Path.GetFileName(path) == "started");
        }

        var trainer = int.Parse(await ReadLineAsync(temporary[started!]));
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        (await run).ShouldFail(130, "Cancelled.");
        temporary.List().ShouldBeEmpty();
        Directory.Exists($"/proc/{trainer}").ShouldBeFalse();
    }

    private static async Task<string> ReadLineAsync(string file)
    {
        while (true)
        {
            if (await File.ReadAllTextAsync(file) is { Length: > 0 } text)
                return text;
            await Task.Delay(10);
        }
    }
}
