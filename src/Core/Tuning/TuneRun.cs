using System.Collections.Concurrent;
using System.Globalization;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Core.Training.Sandbox;
using Progeny.Core.Views;

namespace Progeny.Core.Tuning;

/// <summary>
/// Searches for the trainer's parameters (docs/tuning.md): reads the rows once, splits them as the project's evaluation does, and trains
/// and measures one set of parameters after the other, several at once where there is room. What a trial comes to depends on the rows, the
/// seed and its number alone, so a search that was stopped goes on where it was.
/// </summary>
/// <param name="check">Checks the models; null: this process does.</param>
/// <param name="sandbox">Where trainers run; null: like any program.</param>
/// <param name="ages">Takes the times of the newest values of views; null: nobody wants them.</param>
public sealed class TuneRun(
    IFeedCatalog feeds,
    TrainerOptions options,
    TimeProvider time,
    IAnsweredQueries? queries = null,
    IModelCheck? check = null,
    ProgramSandbox? sandbox = null,
    ViewAges? ages = null)
{
    private readonly IModelCheck _check = check ?? new LocalModelCheck(rules: null, time);

    /// <summary>The metric that decides: the manifest's, or log loss of a classification and RMSE of a regression.</summary>
    public static IMetric MetricOf(Manifest manifest) => MetricCatalogue.Find(
        manifest.Tune?.Metric ?? (manifest.Task is MachineLearningTask.Regression ? "rmse" : "logLoss"))!;

    /// <summary>Searches.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Told how far it is, from any thread.</param>
    /// <param name="cancellationToken">Stops it, the trainers' processes included.</param>
    /// <exception cref="TrainingFailedException">There are no rows, or every trial failed.</exception>
    public async Task<TuneResult> RunAsync(TuneRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(request.WorkFolder);
        var manifest = request.Manifest;
        var metric = MetricOf(manifest);
        progress.Report(Step(0, "reading the source"));
        var data = await ReadAsync(request, cancellationToken);
        var splits = await TuneSplits.WriteAsync(data, manifest, request.WorkFolder, cancellationToken);
        var known = (await request.Begin(data.Digest)).ToDictionary(trial => (trial.Number, trial.Round));
        var rounds = TuneRounds.Of(manifest.Tune!.Method, request.Trials, splits[0].Rows);
        var planned = rounds.Sum(round => round.Trials);
        var ended = new ConcurrentBag<TrialInfo>();
        IReadOnlyList<int> numbers = [.. Enumerable.Range(1, request.Trials)];
        TrialInfo? best = null;
        for (var round = 0; round < rounds.Count; round++)
        {
            var (count, rows) = rounds[round];
            var number = round + 1;
            var results = await Lanes.RunAsync(
                [.. numbers.Take(count)],
                request.Parallel,
                request.TryTakeSlot,
                async trial =>
                {
                    if (!known.TryGetValue((trial, number), out var result))
                    {
                        result = await TryAsync(request, splits, trial, number, rows, metric, cancellationToken);
                        await request.Record(result);
                    }

                    ended.Add(result);
                    progress.Report(
                        Step((double)ended.Count
                            / (planned + 1), string.Create(
                                CultureInfo.InvariantCulture, $"trial {ended.Count} of {planned}: {DecisionText(result, metric)}")));
                    return result;
                },
                cancellationToken);
            var sound = results.Where(result => result.Score is not null).ToList();
            if (sound.Count == 0)
            {
                throw new TrainingFailedException(
                    TrainingStage.Trainer,
                    $"All {results.Count} trials{(rounds.Count > 1 ? $" of round {number}" : "")} failed; the first: {results[0].Message}");
            }

            // Equals keep their order, so that the same search ends the same.
            var ordered =
                (metric.GreaterIsBetter ? sound.OrderByDescending(result => result.Score) : sound.OrderBy(result => result.Score)).ThenBy(
                    result => result.Number).ToList();
            best = ordered[0];
            numbers = [.. ordered.Select(result => result.Number)];
        }

        await request.Record(best! with { Best = true });
        return new TuneResult(best! with { Best = true }, [.. ended.OrderBy(trial => (trial.Round, trial.Number))], metric.Name);
    }

    private static TrainingProgress Step(double fraction, string message) =>
        new(TrainingStage.Trainer, fraction, message, new Dictionary<string, double>());

    private static string DecisionText(TrialInfo trial, IMetric metric) => trial.Score is { } score
        ? string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {score:0.####} with {trial.Parameters}")
        : $"failed with {trial.Parameters}";

    private async Task<TrainingData> ReadAsync(TuneRequest request, CancellationToken cancellationToken)
    {
        var file = Path.Combine(request.WorkFolder, "data.csv");
        var count = Path.Combine(request.WorkFolder, "data.rows");
        if (File.Exists(file) && File.Exists(count))
        {
            // The count is written behind the rows, so they are whole.
            var rows = long.Parse(await File.ReadAllTextAsync(count, cancellationToken), CultureInfo.InvariantCulture);
            return new TrainingData(file, rows, null, null, await FileDigest.ReadAsync(file, cancellationToken));
        }

        var range = new SourceRange { From = request.From, To = request.To };
        var data = await new TrainingSource(feeds, queries, options, time, ages).WriteAsync(
            request.Manifest, request.ProjectFolder, range, file, progress: null, cancellationToken);
        await File.WriteAllTextAsync(count, data.Rows.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return data;
    }

    private async Task<TrialInfo> TryAsync(
        TuneRequest request,
        IReadOnlyList<TuneSplits.Split> splits,
        int number,
        int round,
        long rows,
        IMetric metric,
        CancellationToken cancellationToken)
    {
        var drawn = TrialParameters.ToJson(TuneSpace.Draw(request.Manifest.Tune!.Space, request.Seed, number));
        var trial = new TrialInfo
        {
            Number = number,
            Round = round,
            Parameters = drawn,
            Status = JobStatus.Failed,
            StartedAt = time.GetUtcNow(),
        };
        var started = time.GetTimestamp();
        var folder = Path.Combine(request.WorkFolder, string.Create(CultureInfo.InvariantCulture, $"trial-{round}-{number}"));
        try
        {
            JobFolder.Delete(folder);
            Directory.CreateDirectory(folder);
            var manifest = TrialParameters.In(request.Manifest, drawn);
            var training = new TrainingRequest { Manifest = manifest, ProjectFolder = request.ProjectFolder, WorkFolder = folder };
            var job = new TrainingJob(
                training,
                new TrainerProcess(options, time, sandbox),
                sandbox,
                _check,
                options,
                new LogTail(options.LogBytes),
                new ProgressTracker(null));
            var profile = new TrainingProfile(manifest);
            var reports = new List<EvaluationReport>();
            foreach (var split in splits)
            {
                // Every round leaves out the same share, the oldest rows.
                var take = splits.Count == 1 ? rows : Math.Max(1, split.Rows * rows / splits[0].Rows);
                var trained = await job.TrainAsync(
                    "the rows of a trial",
                    file => TuneSplits.TakeLastAsync(split, take, file, cancellationToken),
                    split.Evaluate,
                    isFinal: false,
                    cancellationToken);
                trial = trial with { Rows = trial.Rows == 0 ? trained.Rows : trial.Rows };
                reports.Add(await job.EvaluateAsync(trained.Findings, split.Evaluate, profile, cancellationToken));
                trained.Delete();
            }

            var report = reports.Count == 1 ? reports[0] : EvaluationReport.OverFolds(reports);
            var figures = report.Metrics.Where(pair => pair.Value is not null)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.Value));
            trial = trial with { Metrics = trial.Metrics.AddRange(figures), Score = report.Metrics[metric.Name] };
            trial = trial.Score is null
                ? trial with { Message = $"'{metric.Name}' is not defined by the rows held out." }
                : trial with { Status = JobStatus.Succeeded };
        }
        catch (TrainingFailedException exception)
        {
            trial = trial with { Message = exception.Message };
        }
        finally
        {
            JobFolder.Delete(folder);
        }

        return trial with { Seconds = Math.Round(time.GetElapsedTime(started).TotalSeconds, 3) };
    }
}
