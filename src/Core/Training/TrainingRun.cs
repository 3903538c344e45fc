using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training.Checks;
using Progeny.Core.Training.Sandbox;
using Progeny.Core.Views;

namespace Progeny.Core.Training;

/// <summary>
/// A training from its source to an accepted and evaluated model (docs/evaluation.md): reads the rows, splits them, runs the trainer,
/// holds its model to the schema and to the trainer's own predictions, measures it on the rows held out and, where the manifest says so,
/// trains once more on all rows.
/// </summary>
/// <param name="check">Checks the models; null: this process does, which is right for a program that may be lost.</param>
/// <param name="sandbox">Where trainers run; null: like any program.</param>
/// <param name="ages">Takes the times of the newest values of views; null: nobody wants them.</param>
public sealed class TrainingRun(
    IFeedCatalog feeds,
    TrainerOptions options,
    TimeProvider time,
    IAnsweredQueries? queries = null,
    IModelCheck? check = null,
    ProgramSandbox? sandbox = null,
    ViewAges? ages = null)
{
    private readonly IModelCheck _check = check ?? new LocalModelCheck(rules: null, time);

    /// <summary>Trains. The time and memory limits of the pipeline hold for each run of the trainer.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Told how far it is, from any thread; may be null.</param>
    /// <param name="cancellationToken">Stops it, the trainer's process included.</param>
    /// <exception cref="TrainingFailedException">There is no model; says in which stage and why, with the trainer's log.</exception>
    /// <exception cref="NothingNewException">A training is continued, and there are no rows behind it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; no process is left.</exception>
    public async Task<TrainingResult> RunAsync(
        TrainingRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        Directory.CreateDirectory(request.WorkFolder);
        var log = new LogTail(options.LogBytes);
        var job = new TrainingJob(
            request, new TrainerProcess(options, time, sandbox), sandbox, _check, options, log, new ProgressTracker(progress));
        try
        {
            var result = request.Manifest.Pipeline.Model is { } model
                ? await TakeAsync(job, model, cancellationToken)
                : await TrainAsync(job, cancellationToken);
            return result with { Log = log.ToString(), Duration = time.GetElapsedTime(started) };
        }
        catch (TrainingFailedException failure)
        {
            throw new TrainingFailedException(failure.Stage, failure.Message, log.ToString(), failure);
        }
    }

    private async Task<TrainingResult> TrainAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        var manifest = job.Manifest;
        var evaluation = manifest.Evaluation;
        var folds = evaluation.Method is EvaluationMethod.KFold ? evaluation.Folds : 1;
        // What an incremental training leaves out, the next one does not read any more.
        var final = job.Request.Purpose is TrainingPurpose.Generation && (folds > 1 || evaluation.Refit || manifest.Pipeline.Incremental);
        // In time order no part is predicted from what came after it, and the first has nothing before it.
        var first = folds > 1 && job.Schema.Ordinal is not null ? 1 : 0;
        job.Progress.Plan(trainings: folds - first + (final ? 1 : 0));
        var data = await ReadAsync(job, cancellationToken);

        var reports = new List<EvaluationReport>();
        var profile = new TrainingProfile(manifest);
        TrainedModel? trained = null;
        var evaluateFile = job.At("evaluate.csv");
        for (var fold = first; fold < folds; fold++)
        {
            var number = fold;
            trained?.Delete();
            trained = await job.TrainAsync(
                folds == 1
                    ? "the first rows"
                    : first > 0 ? $"what is before part {fold + 1} of {folds}" : $"all but part {fold + 1} of {folds}",
                async file =>
                {
                    var split = folds == 1
                        ? await DataSplit.HoldoutAsync(
                            data, job.Schema, evaluation.Fraction, manifest.Pipeline.Seed, file, evaluateFile, cancellationToken)
                        : job.Schema.Ordinal is { } ordinal
                            ? await DataSplit.WindowAsync(data, ordinal, number, folds, file, evaluateFile, cancellationToken)
                        : await DataSplit.FoldAsync(
                            data, number, folds, manifest.Pipeline.Seed, file, evaluateFile, cancellationToken);
                    return split.TrainRows;
                },
                evaluateFile,
                isFinal: !final && folds == 1,
                cancellationToken);
            reports.Add(await job.EvaluateAsync(trained.Findings, evaluateFile, profile, cancellationToken));
        }

        if (final)
        {
            trained!.Delete();
            trained = await job.TrainAsync(
                "all rows",
                file =>
                {
                    File.Copy(data.File, file, overwrite: true);
                    return Task.FromResult(data.Rows);
                },
                evaluateFile: null,
                isFinal: true,
                cancellationToken);
        }

        var keep = final || folds == 1;
        var distributions = keep ? await profile.WithRowsAsync(trained!.Data, cancellationToken) : null;
        job.Progress.Done();
        return new()
        {
            Model = keep ? trained!.Kept.Model : null,
            State = keep ? trained!.State : null,
            Background = await BackgroundSample.WriteAsync(data.File, job, cancellationToken),
            Evaluation = folds == 1 ? reports[0] : EvaluationReport.OverFolds(reports),
            TrainerMetrics = trained!.Metrics,
            Parameters = TrainerParameters.From(manifest.Pipeline),
            Data = data,
            TrainRows = trained.Rows,
            Profile = distributions,
            Performance = keep ? trained.Findings.Performance : null,
            Tests = keep ? trained.Findings.Tests : [],
        };
    }

    /// <summary>Takes the finished model of a package, and measures it where the project has rows with a label.</summary>
    private async Task<TrainingResult> TakeAsync(TrainingJob job, string model, CancellationToken cancellationToken)
    {
        var manifest = job.Manifest;
        job.Progress.Plan(trainings: 1);
        var source = Path.Combine(job.Request.ProjectFolder, model);
        if (!File.Exists(source))
            throw new TrainingFailedException(TrainingStage.Acceptance, $"The file '{model}' (pipeline.model) is not in the package.");
        var file = job.At("model.onnx");
        using (var project = OpenFolder.Open(job.Request.ProjectFolder))
            ExternalData.Embed(source, project, model.Split('/')[..^1], file);

        var measured = manifest is { Source: not null, Label: not null, Features.Count: > 0 };
        var data = measured ? await ReadAsync(job, cancellationToken) : null;
        job.Progress.Report(TrainingStage.Acceptance, 0.5, "holding the model to the schema");
        var findings = await job.CheckAsync(file, data?.File, cancellationToken);
        EvaluationReport? report = null;
        Distributions? distributions = null;
        if (data is not null)
        {
            var profile = new TrainingProfile(manifest);
            job.Progress.Report(TrainingStage.Evaluation, 0.6, "measuring the model on all rows");
            report = await Evaluator.EvaluateAsync(findings.Predictions, manifest, data.File, profile.Add, cancellationToken);
            distributions = await profile.WithRowsAsync(data.File, cancellationToken);
        }

        job.Progress.Done();
        var background = data is null ? null : await BackgroundSample.WriteAsync(data.File, job, cancellationToken);
        return new()
        {
            Model = file,
            Background = background,
            Evaluation = report,
            Parameters = TrainerParameters.From(manifest.Pipeline),
            Data = data,
            Profile = distributions,
            Performance = findings.Performance,
            Tests = findings.Tests,
        };
    }

    private async Task<TrainingData> ReadAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        job.Progress.Reading(0);
        var request = job.Request;
        if (request.Data is { } kept)
        {
            job.Say(kept);
            return kept;
        }

        var range = new SourceRange
        {
            From = request.From,
            To = request.To,
            Once = request.Manifest.Pipeline.Incremental && request.Purpose is TrainingPurpose.Generation,
            After = request.Previous,
        };
        var data = await new TrainingSource(feeds, queries, options, time, ages).WriteAsync(
            job.Manifest, request.ProjectFolder, range, job.At("data.csv"), job.Progress, cancellationToken);
        job.Say(data);
        return data is { Rows: 1 } && range.IsContinued
            ? throw new NothingNewException("There is one row behind those that the last training took, which is too few to train on.")
            : data;
    }
}
