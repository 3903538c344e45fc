using Progeny.Abstractions.Queries;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Tests.Training;
using Progeny.Core.Training.Checks;

namespace Progeny.Core.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Regression_is_measured_over_all_batches()
    {
        // 1,000 rows are several batches of 256 and a part of one; the label is off by 1 in every second row.
        await Data("x,y,t", Enumerable.Range(0, 1000).Select(i => $"{i},{2 * i + 1 + i % 2},{i}"));
        var predictions = await PredictAsync("line.onnx", Projects.Regression);

        var report = await Evaluator.EvaluateAsync(predictions, Projects.Regression, _folder.At("data.csv"), seen: null, default);

        report.Rows.ShouldBe(1000);
        report.Metrics["mae"].ShouldBe(0.5);
        report.Metrics["rmse"].ShouldNotBeNull().ShouldBe(Math.Sqrt(0.5), 1e-12);
    }

    [Fact]
    public async Task Classes_are_predicted_from_the_threshold_of_serving()
    {
        await Data("x,late", ["-1,no", "0.1,no", "1,yes", "3,yes"]);
        var manifest = Projects.Sigmoid with { Serving = new() { Threshold = 0.9, MaxBatch = 3 } };
        var predictions = await PredictAsync("sigmoid.onnx", manifest);

        var report = await Evaluator.EvaluateAsync(predictions, manifest, _folder.At("data.csv"), seen: null, default);

        report.Metrics["auc"].ShouldBe(1);
        report.Metrics["recall"].ShouldBe(0.5);
        report.Metrics["precision"].ShouldBe(1);
        report.Confusion!.Counts.Select(row => row.ToArray()).ToArray().ShouldBeEquivalentTo(new long[][] { [2, 0], [1, 1] });
    }

    public void Dispose() => _folder.Dispose();

    private async Task<IReadOnlyList<Prediction>> PredictAsync(string model, Manifest manifest)
    {
        var request = new ModelCheckRequest
        {
            Model = Models.Write(model, _folder),
            Manifest = manifest,
            Evaluate = _folder.At("data.csv"),
        };
        return (await new LocalModelCheck(rules: null, TimeProvider.System).RunAsync(request, default)).Predictions;
    }

    private Task Data(string header, IEnumerable<string> rows) => File.WriteAllLinesAsync(_folder.At("data.csv"), [header, .. rows]);
}
