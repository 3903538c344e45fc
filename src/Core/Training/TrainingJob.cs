using System.Globalization;
using System.Text;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.Training.Checks;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training;

/// <summary>The steps of one training, in its work folder.</summary>
internal sealed class TrainingJob(
    TrainingRequest request,
    TrainerProcess process,
    ProgramSandbox? sandbox,
    IModelCheck check,
    TrainerOptions options,
    LogTail log,
    ProgressTracker progress)
{
    private int _runs;
    private TrainerSchema? _schema;

    public TrainingRequest Request => request;

    public Manifest Manifest => request.Manifest;

    public ProgressTracker Progress => progress;

    public TrainerSchema Schema => _schema ??= TrainerSchema.From(request.Manifest);

    public string At(string name) => Path.Combine(request.WorkFolder, name);

    /// <summary>Writes to the log how many rows were read, and which logged queries were left out and why.</summary>
    public void Say(TrainingData data)
    {
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture, $"# read {data.Rows} rows, {data.QueryRows} of them logged queries\n");
        if (data.Ahead is not null)
            text.Append(CultureInfo.InvariantCulture, $"# feed '{Manifest.Source?.Feed ?? Manifest.Source?.File}': {data.Ahead}\n");
        if (data.BadRows is { } bad)
        {
            text.Append(CultureInfo.InvariantCulture, $"# left out {bad.Rows} of {bad.Read} rows that do not fit the schema\n");
            foreach (var value in bad.First)
                text.Append(CultureInfo.InvariantCulture, $"# row {value.Row}, column '{value.Column}': {value.Value} {value.Reason}\n");
        }

        foreach (var (problem, count) in data.Skipped)
            text.Append(CultureInfo.InvariantCulture, $"# left out {count} logged queries: {problem}\n");
        log.Append(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Runs the trainer and accepts its model.</summary>
    /// <param name="rows">Which rows, in words.</param>
    /// <param name="fill">Writes the rows to the path given and returns their number.</param>
    /// <param name="evaluateFile">The rows held out, which are there once the others are; the model predicts them. Null: none.</param>
    /// <param name="isFinal">Whether the model is for keeps.</param>
    public async Task<TrainedModel> TrainAsync(
        string rows, Func<string, Task<long>> fill, string? evaluateFile, bool isFinal, CancellationToken cancellationToken)
    {
        var pipeline = Manifest.Pipeline;
        if (pipeline.Command is [var program, ..] && sandbox?.Refusal(program) is { } refusal)
            throw new TrainingFailedException(TrainingStage.Trainer, refusal);
        progress.StartTraining(rows);
        var name = string.Create(CultureInfo.InvariantCulture, $"run-{++_runs}");
        var folder = JobFolder.Create(
            At(name),
            Schema,
            TrainerParameters.From(pipeline),
            pipeline.Incremental ? request.PreviousState : null,
            pipeline.Command is null ? null : request.ProjectFolder);

        // The trainer's copy is its own: it may leave anything under that name.
        var data = At($"{name}.csv");
        var count = await fill(data);
        File.Copy(data, folder.Data);
        using var output = new TrainerOutput(folder, options.Limits);

        log.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"# training on {rows}: {count} rows\n")));
        progress.Report(TrainingStage.Trainer, 0.05, $"training on {rows}");
        var result = await process.RunAsync(
            Command(pipeline), folder.Path, pipeline.Timeout, pipeline.Memory,
            line =>
            {
                if (TrainerProgress.TryParse(line) is { } said)
                    progress.Trainer(said);
            },
            cancellationToken,
            pipeline.Command is null ? ProgramSandbox.FoldersOf(options.BuiltIn) : []);
        log.Append(Encoding.UTF8.GetBytes(result.Log));
        cancellationToken.ThrowIfCancellationRequested();
        if (result.Verdict is not TrainerVerdict.Succeeded)
            throw new TrainingFailedException(TrainingStage.Trainer, result.Message);

        progress.Report(TrainingStage.Acceptance, 0.85, "holding the model to the schema and to its trainer's predictions");
        var kept = await Task.Run(() => output.CopyTo(At($"kept-{Guid.NewGuid():N}"), cancellationToken), cancellationToken);
        var wanted = new ModelCheckRequest
        {
            Model = kept.Model,
            Manifest = Manifest,
            Accept = true,
            Data = data,
            Predictions = kept.Predictions,
            Evaluate = evaluateFile,
            Measure = isFinal && request.Measure,
            Test = isFinal && request.Measure,
        };
        var findings = await check.RunAsync(wanted, cancellationToken);
        return new(folder, data, count, kept, ReadMetrics(kept), findings);
    }

    /// <summary>Measures a model on the rows held out.</summary>
    /// <param name="findings">The predictions of those rows.</param>
    /// <param name="profile">Counts the predictions.</param>
    public async Task<EvaluationReport> EvaluateAsync(
        ModelFindings findings, string evaluateFile, TrainingProfile profile, CancellationToken cancellationToken)
    {
        progress.Report(TrainingStage.Evaluation, 0.9, "measuring the model on the rows held out");
        return await Evaluator.EvaluateAsync(findings.Predictions, Manifest, evaluateFile, profile.Add, cancellationToken);
    }

    /// <summary>Checks a finished model.</summary>
    public Task<ModelFindings> CheckAsync(string model, string? data, CancellationToken cancellationToken) => check.RunAsync(
        new ModelCheckRequest
        {
            Model = model, Manifest = Manifest, Accept = true, Data = data, Evaluate = data, Measure = request.Measure, Test =
                request.Measure,
        },
        cancellationToken);

    private IReadOnlyList<string> Command(PipelineManifest pipeline)
    {
        if (pipeline.Command is { } command)
            return command;
        if (!File.Exists(options.BuiltIn))
            throw new TrainingFailedException(
                TrainingStage.Trainer, $"The built-in trainer '{pipeline.Trainer}' is not at {options.BuiltIn}.");
        return options.BuiltIn.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [options.Dotnet, options.BuiltIn] : [options.BuiltIn];
    }

    private static Dictionary<string, double> ReadMetrics(KeptOutput kept)
    {
        if (!File.Exists(kept.Metrics))
            return [];
        try
        {
            using var json = TrainerFigures.Parse(File.ReadAllText(kept.Metrics));
            return TrainerFigures.Read(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new TrainingFailedException(
                TrainingStage.Acceptance,
                $"The trainer's metrics.json is no JSON object of numbers by name: {exception.Message}",
                inner: exception);
        }
    }
}
