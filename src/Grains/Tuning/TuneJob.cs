using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Training;
using Progeny.Core.Tuning;
using Progeny.Grains.Common;
using Progeny.Grains.Training;

namespace Progeny.Grains.Tuning;

/// <summary>The work of a search for parameters: trials, each kept as soon as it has ended, then a generation with the best.</summary>
internal sealed class TuneJob(
    IGrainFactory grains,
    TuneRun search,
    TrainingJob training,
    TrainingSlots slots,
    IOptions<JobOptions> options,
    IHostApplicationLifetime host) : IJobWork
{
    public JobKind Kind => JobKind.Tune;

    /// <summary>Does the work in a folder of its own. A stop of the node leaves it, with the rows of the trials.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Value.Folder, job.Id);
        Directory.CreateDirectory(folder);
        try
        {
            return await RunInAsync(folder, job, progress, cancellationToken);
        }
        catch (TrainingFailedException exception)
        {
            return JobOutcome.Fail(exception.Message, exception.Log);
        }
        catch (RegistryException exception)
        {
            return JobOutcome.Fail(exception.Message);
        }
        finally
        {
            if (!host.ApplicationStopping.IsCancellationRequested)
                JobFolder.Delete(folder);
        }
    }

    private async Task<JobOutcome> RunInAsync(
        string folder, JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var projectFolder = Path.Combine(folder, "search", "project");
        foreach (var left in new[] { projectFolder, Path.Combine(folder, "generation") })
            JobFolder.Delete(left);
        var (_, manifest) = await training.UnpackAsync(job, projectFolder, cancellationToken);
        if (manifest.Tune is not { } tune)
            return JobOutcome.Fail($"{job.Project}@{job.Release} has no tune in its manifest, so there is nothing to search.");
        var trials = grains.GetGrain<ITrialsGrain>(job.Id);
        var found = await search.RunAsync(
            new TuneRequest
            {
                Manifest = manifest,
                ProjectFolder = projectFolder,
                WorkFolder = Path.Combine(folder, "search"),
                From = job.Request.From is { } from ? Ordinal.Parse(from) : null,
                To = job.Request.To is { } to ? Ordinal.Parse(to) : null,
                Seed = job.Request.Seed ?? manifest.Pipeline.Seed,
                Trials = job.Request.Trials ?? tune.Trials,
                Parallel = job.Request.Parallel ?? tune.Parallel,
                Begin = async digest => await trials.Begin(digest),
                Record = trial => trials.Record(trial),
                TryTakeSlot = slots.TryTake,
            },
            progress,
            cancellationToken);

        var generation = Path.Combine(folder, "generation");
        Directory.CreateDirectory(generation);
        var made = await training.MakeAsync(generation, job, found.Best.Parameters, new LastStep(progress), cancellationToken);
        return made with
        {
            Message = $"{made.Message} The best of {found.Trials.Count} trials: {found.Metric} {Text(found.Best.Score)} with "
                + $"{found.Best.Parameters}.",
            Log = Table(found) + made.Log,
        };
    }

    private static string Table(TuneResult found)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# {found.Trials.Count} trials, by {found.Metric}\n");
        foreach (var trial in found.Trials)
            text.Append(
                CultureInfo.InvariantCulture,
                $"# round {trial.Round}, trial {trial.Number}, {trial.Rows} rows, {trial.Seconds} s: "
                    + $"{(trial.Score is { } score ? Text(score) : trial.Message)} {trial.Parameters}\n");
        return text.ToString();
    }

    private static string Text(double? score) => score?.ToString("G6", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The training of the generation is the last part of the search.</summary>
    private sealed class LastStep(IProgress<TrainingProgress> progress) : IProgress<TrainingProgress>
    {
        private const double Searched = 0.9;

        public void Report(TrainingProgress value) =>
            progress.Report(
                value with
                {
                    Fraction = Searched + ((1 - Searched) * value.Fraction),
                    Message = $"training the generation: {value.Message}",
                });
    }
}
