using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Training;
using Progeny.Grains.Common;
using Progeny.Grains.Training;

namespace Progeny.Grains.Apply;

/// <summary>The work of a batch apply: the generation made ready, its input read, predicted and written chunk by chunk.</summary>
internal sealed class ApplyJob(
    IBlueprintSource blueprints,
    IArtifactStore artifacts,
    ApplyArm arms,
    IBatchApply apply,
    IOptions<JobOptions> options,
    TimeProvider time)
    : IJobWork
{
    public JobKind Kind => JobKind.Apply;

    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Value.Folder, job.Id);
        JobFolder.Delete(folder);
        Directory.CreateDirectory(folder);
        var log = new JobNotes(time);
        try
        {
            using var arm = await LoadAsync(job, cancellationToken);
            var report = await apply.RunAsync(
                new ApplyWork
                {
                    Job = job.Id,
                    Project = job.Project,
                    Request = job.Request.Apply!,
                    Arm = arm,
                    Folder = folder,
                    By = job.Request.By ?? $"job {job.Id}",
                    Progress = new Rows(progress, time),
                    Note = log.Add,
                },
                cancellationToken);
            log.Add($"{report.Predicted} predictions in {report.Output}, {report.BadRows} bad rows.");
            return new JobOutcome
            {
                Succeeded = true,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Applied {report.Generation} to {report.Rows} rows of {report.Input}: {report.Predicted} predictions in "
                        + $"{report.Output}, {report.BadRows} bad rows."),
                Metrics = ImmutableSortedDictionary.CreateRange(
                    StringComparer.Ordinal,
                    [
                        KeyValuePair.Create("rows", (double)report.Rows),
                        KeyValuePair.Create("predictions", (double)report.Predicted),
                        KeyValuePair.Create("bad_rows", (double)report.BadRows),
                    ]),
                Log = log.ToString(),
            };
        }
        catch (Exception exception) when (exception is ApplyException or RegistryException)
        {
            return JobOutcome.Fail(exception.Message, log.ToString());
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }

    private async Task<ServedArm> LoadAsync(JobInfo job, CancellationToken cancellationToken)
    {
        var version = job.Request.Version!;
        if (!GenerationReference.TryParse(job.Project, version, out var reference)
            || await blueprints.GetBlueprintAsync(reference) is not { } blueprint)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {job.Project}@{version}.");
        await using var stream = await artifacts.OpenAsync(blueprint.Generation.Assets.Model, cancellationToken);
        var model = new byte[stream.Length];
        await stream.ReadExactlyAsync(model, cancellationToken);
        return arms.Load(blueprint, model, job.Request.Apply!.Log);
    }

    private sealed class Rows(IProgress<TrainingProgress> progress, TimeProvider time) : IProgress<(long Done, long Rows)>
    {
        private readonly long started = time.GetTimestamp();
        private long? first;

        public void Report((long Done, long Rows) value)
        {
            var (done, rows) = value;
            first ??= done;
            var rate = (done - first.Value) / Math.Max(0.001, time.GetElapsedTime(started).TotalSeconds);
            progress.Report(new TrainingProgress(
                TrainingStage.Evaluation,
                (double)done / Math.Max(1, rows),
                string.Create(CultureInfo.InvariantCulture, $"{done} of {rows} rows, {rate:0} a second"),
                ImmutableDictionary<string, double>.Empty));
        }
    }

    /// <summary>What is noted of the work, a line each with its time.</summary>
    private sealed class JobNotes(TimeProvider time)
    {
        private const int MaxCharacters = 1 << 20;

        private readonly StringBuilder lines = new();

        public void Add(string line)
        {
            lock (lines)
            {
                if (lines.Length < MaxCharacters)
                    lines.Append(time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z '", CultureInfo.InvariantCulture)).AppendLine(line);
            }
        }

        public override string ToString()
        {
            lock (lines)
                return lines.ToString();
        }
    }
}
