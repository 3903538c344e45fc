using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

/// <summary>examples/python-sklearn: a trainer in another language keeps to the same contract.</summary>
public sealed class PythonExampleTests
{
    static readonly string s_example = Path.Combine(AppContext.BaseDirectory, "examples/python-sklearn");

    [Theory]
    [InlineData(MachineLearningTask.Binary)]
    [InlineData(MachineLearningTask.Multiclass)]
    [InlineData(MachineLearningTask.Regression)]
    public async Task Onnx_predicts_what_the_program_predicted(MachineLearningTask task)
    {
        var table = SampleTable.Create(task, 400, seed: 31);
        using var job = new TestJob().With(table, """{"seed":1}""");
        (await RunAsync(job)).ShouldBe((0, ""));

        using var model = new ServedModel(job.Read("model.onnx"));
        var (numbers, labels) = model.Predict(table);
        var expected = job.Lines("predictions.csv").Skip(1)
            .Select(line => line.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        expected.Length.ShouldBe(400);
        expected.Zip(numbers).Max(p => p.First.Zip(p.Second).Max(v => Math.Abs(v.First - v.Second))).ShouldBeLessThan(1e-5);
        labels.Length.ShouldBe(task == MachineLearningTask.Regression ? 0 : 400);
    }

    [Fact]
    public async Task Program_names_the_field_when_the_data_are_wrong()
    {
        using var job = new TestJob().With(SampleTable.Create(MachineLearningTask.Binary, 5, seed: 1), "{}");
        var lines = job.Lines("data.csv");
        lines[2] = "far" + lines[2][lines[2].IndexOf(',', StringComparison.Ordinal)..];
        await File.WriteAllLinesAsync(job.File("data.csv"), lines);
        (await RunAsync(job)).ShouldBe((1, "data.csv line 3, column 'amount': 'far' is not a number\n"));
    }

    [Fact]
    public void Manifest_is_right() =>
        ManifestParser.Parse(File.ReadAllText(Path.Combine(s_example, "progeny.yaml"))).Errors.ShouldBeEmpty();

    static async Task<(int Code, string Errors)> RunAsync(TestJob job)
    {
        File.Copy(Path.Combine(s_example, "train.py"), job.File("train.py"));
        var start = Processes.StartInfo("/usr/bin/python3", "train.py");
        start.WorkingDirectory = job.Path;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (exitCode, _, errors) = await process.EndAsync();
        return (exitCode, errors);
    }
}
