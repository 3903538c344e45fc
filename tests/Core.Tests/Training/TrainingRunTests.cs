using System.Collections.Concurrent;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

/// <summary>The trainer is a shell script of the package, which brings its model along.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private const string Train = "cp line.onnx model.onnx\n";

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _work = new();
    private readonly ConcurrentQueue<TrainingProgress> _progress = new();

    [Fact]
    public async Task Holdout_trains_on_the_first_rows_and_measures_the_last()
    {
        var result = await Run(
            """
            cp line.onnx model.onnx
            echo '{"progress": 0.5, "message": "half way", "metrics": {"loss": 2}}'
            echo '{"loss": 1.5, "note": "text", "auc": NaN}' >metrics.json
            wc -l <data.csv
            """);

        result.Model.ShouldNotBeNull();
        (await File.ReadAllBytesAsync(result.Model)).ShouldBe(await File.ReadAllBytesAsync(_folder.At("line.onnx")));
        result.State.ShouldBeNull();
        result.TrainRows.ShouldBe(80);
        result.Data!.Rows.ShouldBe(100);
        result.Data.Digest.Length.ShouldBe(64);
        (result.Data.First, result.Data.Last).ShouldBe((Ordinal.From(0L), Ordinal.From(99L)));
        result.Evaluation!.Rows.ShouldBe(20);
        result.Evaluation.Metrics["rmse"].ShouldBe(0);
        result.TrainerMetrics.ShouldBe(new Dictionary<string, double> { ["loss"] = 1.5, ["auc"] = double.NaN });
        result.Parameters["seed"]!.GetValue<int>().ShouldBe(0);
        result.Log.ShouldContain("# training on the first rows: 80 rows");
        result.Log.ShouldContain("\n81\n");
        _progress.Select(progress => progress.Fraction).ShouldBeInOrder();
        _progress.Last().Fraction.ShouldBe(1);
        _progress.ShouldContain(progress => progress.Message == "half way" && progress.Metrics["loss"] == 2);
    }

    [Fact]
    public async Task Model_of_a_trainer_takes_up_data_of_its_folder_and_of_no_other()
    {
        await File.WriteAllBytesAsync(_folder.At("beside.onnx"), ExternalDataTests.WithWeightIn("weight.bin"));
        await File.WriteAllBytesAsync(_folder.At("above.onnx"), ExternalDataTests.WithWeightIn("../weight.bin"));
        await File.WriteAllBytesAsync(_folder.At("two.bin"), BitConverter.GetBytes(2f));
        var result = await Run("cp beside.onnx model.onnx; cp two.bin weight.bin");
        result.Evaluation!.Metrics["rmse"].ShouldBe(1); // 2x of 2x + 1
        Directory.GetFiles(Path.GetDirectoryName(result.Model)!, "weight.bin").ToList().ForEach(File.Delete);
        (await ModelAcceptance.AcceptAsync(result.Model!, Projects.Regression, null, null, default)).Dispose();

        var failure = await Should.ThrowAsync<TrainingFailedException>(() => Run("cp above.onnx model.onnx; cp two.bin ../weight.bin"));
        failure.Stage.ShouldBe(TrainingStage.Acceptance);
        failure.Message.ShouldContain("'W': its data lie in '../weight.bin'; a file in the model's folder or below it");
    }

    [Fact]
    public async Task Refit_keeps_a_model_of_all_rows_and_the_report_of_the_first()
    {
        var result = await Run(
            "cp line.onnx model.onnx; mkdir state; wc -l <data.csv >state/lines",
            manifest => manifest with { Evaluation = new() { Refit = true } });

        result.TrainRows.ShouldBe(100);
        result.Evaluation!.Rows.ShouldBe(20);
        (await File.ReadAllTextAsync(Path.Combine(result.State.ShouldNotBeNull(), "lines"))).Trim().ShouldBe("101");
    }

    [Fact]
    public async Task Folds_are_measured_one_by_one_and_the_model_is_of_all_rows()
    {
        var folds = new EvaluationManifest { Method = EvaluationMethod.KFold, Folds = 3 };

        var result = await Run(Train, manifest => manifest with { Evaluation = folds });
        var figures = await Run(
            Train, manifest => manifest with { Evaluation = folds }, request => request with { Purpose = TrainingPurpose.Evaluation });

        result.Evaluation!.Folds.Select(fold => fold.Rows).ShouldBe([33, 34]);
        result.Evaluation.Rows.ShouldBe(67);
        result.TrainRows.ShouldBe(100);
        File.Exists(result.Model).ShouldBeTrue();
        result.Log.ShouldContain("# training on what is before part 3 of 3: 66 rows");
        figures.Evaluation!.Folds.Count.ShouldBe(2);
        figures.Model.ShouldBeNull();
        figures.Log.ShouldNotContain("all rows");
    }

    [Theory]
    [InlineData(true, "kept")]
    [InlineData(false, "none")]
    public async Task Previous_state_is_there_for_an_incremental_training_only(bool incremental, string expected)
    {
        Directory.CreateDirectory(_work.At("before"));
        await File.WriteAllTextAsync(Path.Combine(_work.At("before"), "weights"), "kept");

        var result = await Run(
            "cp line.onnx model.onnx; cat previous/weights 2>/dev/null || echo none",
            manifest => manifest with { Pipeline = manifest.Pipeline with { Incremental = incremental } },
            request => request with { PreviousState = _work.At("before") });

        result.Log.ShouldContain(expected);
    }

    [Fact]
    public async Task Trainer_finds_the_files_of_its_package_and_of_the_contract()
    {
        Directory.CreateDirectory(_folder.At("lib"));
        await File.WriteAllTextAsync(_folder.At("lib/part.txt"), "part");
        await File.WriteAllTextAsync(_folder.At("data.csv"), "of the package");

        var result = await Run("cp line.onnx model.onnx; cat lib/part.txt; head -1 data.csv; cat parameters.json schema.json");

        result.Log.ShouldContain("part");
        result.Log.ShouldContain("x,y,t\n");
        result.Log.ShouldContain("\"seed\": 0");
        result.Log.ShouldContain("\"task\": \"regression\"");
    }

    [Fact]
    public async Task Failure_names_its_stage_and_brings_the_log()
    {
        (await Fails("echo working; echo 'no luck' >&2; exit 2", TrainingStage.Trainer, "The trainer failed with exit code 2: no luck"))
            .Log.ShouldContain("working\n");
        await Fails("true", TrainingStage.Acceptance, "There is no model.onnx");
        await Fails(
            "cp line.onnx model.onnx; printf 'value\\n1\\n3.5\\n' >predictions.csv",
            TrainingStage.Acceptance, "row 2, 'value': the model says 3, the trainer 3.5");
        await Fails("cp line.onnx model.onnx; echo [1] >metrics.json", TrainingStage.Acceptance, "metrics.json is no JSON object");
        await Fails("sleep 100", TrainingStage.Trainer, "time limit of 00:00:00.2000000", manifest => manifest with
        {
            Pipeline = manifest.Pipeline with { Timeout = TimeSpan.FromMilliseconds(200) },
        });
        await Fails(Train, TrainingStage.Trainer, "The built-in trainer 'xgboost' is not at /nowhere.dll", manifest => manifest with
        {
            Pipeline = new() { Trainer = "xgboost" },
        });
    }

    [Fact]
    public async Task Cancelled_training_stops_its_trainer()
    {
        using var cancel = new CancellationTokenSource();
        var run = Run("""echo '{"message": "ready"}'; sleep 100""", onProgress: progress =>
        {
            if (progress.Message == "ready")
                cancel.Cancel();
        }, cancellationToken: cancel.Token);

        await Should.ThrowAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Finished_model_is_measured_where_there_are_rows_and_taken_as_it_is_where_there_are_none()
    {
        static Manifest Finished(Manifest manifest) => manifest with { Pipeline = new() { Model = "line.onnx" } };

        var measured = await Run("", Finished);
        var taken = await Run("", manifest => Finished(manifest) with { Source = null });

        measured.Evaluation!.Rows.ShouldBe(100);
        measured.Evaluation.Metrics["rmse"].ShouldBe(0);
        measured.TrainRows.ShouldBe(0);
        taken.Evaluation.ShouldBeNull();
        File.Exists(taken.Model).ShouldBeTrue();
        await Fails("", TrainingStage.Acceptance, "The file 'other.onnx' (pipeline.model) is not in the package", manifest => manifest with
        {
            Pipeline = new() { Model = "other.onnx" },
        });
    }

    public void Dispose()
    {
        _folder.Dispose();
        _work.Dispose();
    }

    private async Task<TrainingFailedException> Fails(
        string script, TrainingStage stage, string message, Func<Manifest, Manifest>? change = null)
    {
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => Run(script, change));
        failure.Stage.ShouldBe(stage);
        failure.Message.ShouldContain(message);
        return failure;
    }

    private async Task<TrainingResult> Run(
        string script,
        Func<Manifest, Manifest>? change = null,
        Func<TrainingRequest, TrainingRequest>? ask = null,
        Action<TrainingProgress>? onProgress = null,
        CancellationToken cancellationToken = default)
    {
        Models.Write("line.onnx", _folder);
        await File.WriteAllTextAsync(_folder.At("train.sh"), script, CancellationToken.None);
        var rows = Enumerable.Range(0, 100).Select(i => new object?[] { (long)i, (double)i, 2.0 * i + 1 });
        var request = new TrainingRequest
        {
            Manifest = change?.Invoke(Projects.Regression) ?? Projects.Regression,
            ProjectFolder = _folder.Path,
            WorkFolder = _work.At("work"),
        };
        var run = new TrainingRun(new MemoryFeed(["t", "x", "y"], rows), new() { BuiltIn = "/nowhere.dll" }, TimeProvider.System);
        return await run.RunAsync(ask?.Invoke(request) ?? request, new Listener(onProgress ?? _progress.Enqueue), cancellationToken);
    }

    /// <summary>Unlike Progress&lt;T&gt;, it is told in order and at once.</summary>
    private sealed class Listener(Action<TrainingProgress> onProgress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => onProgress(value);
    }
}
