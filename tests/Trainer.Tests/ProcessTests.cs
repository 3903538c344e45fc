using System.Diagnostics;
using Progeny.Core.Common;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

/// <summary>The trainer as the platform starts it: a process in the job folder.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Process_ends_with_0_and_leaves_a_model_when_all_is_well()
    {
        using var job = new TestJob().With(
            SampleTable.Create(MachineLearningTask.Binary, 100, seed: 1), """{"rounds":3,"seed":5,"nthread":1}""");
        var (code, output, _) = await RunAsync(job);
        code.ShouldBe(0);
        output.Trim().Split('\n')[^1].ShouldStartWith("""{"progress":1,"message":"done",""");
        foreach (var file in (string[])["model.onnx", "predictions.csv", "metrics.json", "state/booster.ubj", "state/encoders.json"])
            File.Exists(job.File(file)).ShouldBeTrue(file);
    }

    [Fact]
    public async Task Process_ends_with_1_and_a_sentence_when_the_folder_is_empty()
    {
        using var job = new TestJob();
        var (code, _, errors) = await RunAsync(job);
        code.ShouldBe(1);
        errors.Trim().Split('\n')[^1].ShouldBe("schema.json is not in the job folder");
    }

    [Fact]
    public async Task Process_says_what_to_do_when_the_library_cannot_be_loaded()
    {
        using var job = new TestJob().With(SampleTable.Create(MachineLearningTask.Binary, 100, seed: 1), "{}");
        var (code, _, errors) = await RunAsync(job, ("XGBOOST_LIBRARY", "/nowhere/libxgboost.so"));
        code.ShouldBe(1);
        errors.Trim().Split('\n')[^1]
            .ShouldBe("XGBOOST_LIBRARY is '/nowhere/libxgboost.so', which cannot be loaded; the path of libxgboost would be right");
    }

    static async Task<(int Code, string Output, string Errors)> RunAsync(TestJob job, params (string Name, string Value)[] environment)
    {
        var start = Processes.StartInfo("dotnet", typeof(TrainerException).Assembly.Location);
        start.WorkingDirectory = job.Path;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        return await process.EndAsync();
    }
}
