using Progeny.Core.Common;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

/// <summary>What a trainer may leave under the names of its contract, and what the node must not read there.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class TrainerOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _work = new();
    private readonly TrainerOptions _options = new() { BuiltIn = "/nowhere.dll" };

    [Theory]
    [InlineData("ln -s /proc/self/environ state/env", "'state/env' is a symbolic link; a regular file would be right.")]
    [InlineData("mkdir -p state/a/b; ln -s /etc state/a/b/etc", "'state/a/b/etc' is a symbolic link; a regular file would be right.")]
    [InlineData("ln -s nowhere state/dangling", "'state/dangling' is a symbolic link")]
    [InlineData("rmdir state; ln -s /etc state", "'state' is a symbolic link; a folder would be right.")]
    [InlineData("rmdir state; mkdir real; ln -s real state", "'state' is a symbolic link; a folder would be right.")]
    [InlineData("rmdir state; echo 1 >state", "'state' is a regular file; a folder would be right.")]
    [InlineData("rm model.onnx; ln -s line.onnx model.onnx", "'model.onnx' is a symbolic link; a regular file would be right.")]
    [InlineData("rm model.onnx; mkdir model.onnx", "'model.onnx' is a folder; a regular file would be right.")]
    [InlineData("rm model.onnx; ln line.onnx model.onnx", "'model.onnx' has 2 names (hard links); a file of its own would be right.")]
    [InlineData("echo '{}' >secret; ln -s secret metrics.json", "'metrics.json' is a symbolic link")]
    [InlineData("ln -s /proc/self/environ predictions.csv", "'predictions.csv' is a symbolic link")]
    [InlineData("rm model.onnx; mkfifo model.onnx", "'model.onnx' is a named pipe; a regular file would be right.")]
    [InlineData("mkfifo metrics.json", "'metrics.json' is a named pipe")]
    [InlineData("mkfifo predictions.csv", "'predictions.csv' is a named pipe")]
    [InlineData("mkfifo state/pipe", "'state/pipe' is a named pipe")]
    [InlineData("touch state/one; ln state/one state/two", "has 2 names (hard links)")]
    [InlineData("truncate -s 1T model.onnx", "'model.onnx' has more than 2147483591 bytes, the most allowed.")]
    [InlineData("truncate -s 1G metrics.json", "'metrics.json' has more than 1048576 bytes")]
    [InlineData("truncate -s 1T predictions.csv", "'predictions.csv' has more than 268435456 bytes")]
    [InlineData("truncate -s 1T state/big", "'state/' holds more bytes than allowed; 'state/big' is one too many.")]
    [InlineData("for i in 1 2 3; do truncate -s 400 state/$i; done", "'state/' holds more bytes than allowed")]
    [InlineData("seq 12 | sed 's|^|state/|' | xargs touch", "'state/' holds more than 10 files and folders, the most allowed.")]
    [InlineData("mkdir -p state/1/2/3/4", "'state/' has folders more than 4 deep, the most allowed.")]
    public async Task What_is_no_regular_file_or_too_much_fails_the_training_and_nothing_is_kept(string script, string message)
    {
        (_options.Limits.StateBytes, _options.Limits.StateEntries, _options.Limits.StateDepth) = (1_000, 10, 4);

        var failure = await Should.ThrowAsync<TrainingFailedException>(() => RunAsync($"cp line.onnx model.onnx; mkdir state; {script}"));

        failure.Stage.ShouldBe(TrainingStage.Acceptance);
        failure.Message.ShouldStartWith("What the trainer left is refused: ");
        failure.Message.ShouldContain(message);
        Directory.EnumerateFileSystemEntries(_work.At("work"), "kept-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Device_is_refused_and_not_opened()
    {
        if (!Environment.IsPrivilegedProcess)
            return; // nobody else can make one

        var failure = await Should.ThrowAsync<TrainingFailedException>(
            () => RunAsync("cp line.onnx model.onnx; mkdir state; mknod state/zero c 1 5"));

        failure.Message.ShouldContain("'state/zero' is a device; a regular file would be right.");
    }

    [Fact]
    public async Task Files_and_folders_are_kept_as_they_are_out_of_the_trainers_reach()
    {
        var result = await RunAsync(
            "cp line.onnx model.onnx; mkdir -p state/a/empty; echo one >state/a/one; printf '#!' >state/run; chmod 755 state/run");

        var state = result.State.ShouldNotBeNull();
        (await File.ReadAllTextAsync(Path.Combine(state, "a", "one"))).ShouldBe("one\n");
        Directory.Exists(Path.Combine(state, "a", "empty")).ShouldBeTrue();
        File.GetUnixFileMode(Path.Combine(state, "run"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Path.GetDirectoryName(state).ShouldBe(Path.GetDirectoryName(result.Model));
        Directory.EnumerateFiles(Path.GetDirectoryName(state)!).ShouldBe([result.Model!]);
    }

    [Fact]
    public async Task Folder_that_takes_the_place_of_the_jobs_own_is_not_read()
    {
        var result = await RunAsync(
            """
            cp line.onnx model.onnx; mkdir state; echo own >state/which
            here=$PWD; mv "$here" "$here.moved"; cp -r "$here.moved" "$here"; echo other >"$here/state/which"
            """);

        (await File.ReadAllTextAsync(Path.Combine(result.State!, "which"))).ShouldBe("own\n");
    }

    [Theory]
    [InlineData("ln -s /proc/self/environ data.csv")]
    [InlineData("mkfifo data.csv")]
    [InlineData("printf 't,x,y\\n1,1,1\\n' >data.csv")]
    public async Task Rows_that_the_trainer_replaced_are_not_read(string script)
    {
        var result = await RunAsync($"cp line.onnx model.onnx; rm data.csv; {script}");

        result.TrainRows.ShouldBe(80);
        result.Profile!.Rows.ShouldBe(80);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _work.Dispose();
    }

    private async Task<TrainingResult> RunAsync(string script)
    {
        Models.Write("line.onnx", _folder);
        await File.WriteAllTextAsync(_folder.At("train.sh"), script);
        var rows = Enumerable.Range(0, 100).Select(i => new object?[] { (long)i, (double)i, 2.0 * i + 1 });
        var request = new TrainingRequest { Manifest = Projects.Regression, ProjectFolder = _folder.Path, WorkFolder = _work.At("work") };
        return await new TrainingRun(new MemoryFeed(["t", "x", "y"], rows), _options, TimeProvider.System).RunAsync(
            request, null, CancellationToken.None);
    }
}
