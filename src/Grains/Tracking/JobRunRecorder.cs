using System.Globalization;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Grains.Tracking;

/// <summary>
/// Records the jobs of a project as runs of the experiment of its name. What is recorded once more, after a stop, is there once.
/// </summary>
internal sealed partial class JobRunRecorder(
    IGrainFactory grains,
    IExperimentStore experiments,
    IRunStore runs,
    IArtifactIndex index,
    IArtifactStore artifacts,
    ILogger<JobRunRecorder> logger)
{
    /// <summary>Records a job that has ended.</summary>
    /// <param name="log">The digest of what its programs printed; null: nothing.</param>
    public async Task RecordAsync(JobInfo job, string? log, CancellationToken cancellationToken)
    {
        if (!JobRun.IsTracked(job.Request.Kind))
            return;
        try
        {
            await RecordRunAsync(job, log, cancellationToken);
        }
        catch (TrackingException exception)
        {
            // Somebody has deleted the experiment or the run, or changed what the job would log: theirs stays.
            LogRefused(logger, job.Id, exception.Message);
        }
    }

    private async Task RecordRunAsync(JobInfo job, string? log, CancellationToken cancellationToken)
    {
        if (await grains.GetGrain<IReleaseGrain>($"{job.Project}@{job.Release}").Get() is not { } release)
            return;
        var experiment = long.Parse(
            (await FindExperimentAsync(job.Project, cancellationToken)).ExperimentId, CultureInfo.InvariantCulture);
        var reference = job.Generation
            ?? (GenerationReference.TryParse(job.Project, job.Request.Version ?? "", out var asked) ? asked : null);
        var generation = reference is null ? null : await grains.GetGrain<IGenerationGrain>(reference.ToString()).Get();
        var tracked = new JobRun(job, ManifestCache.Of(release), generation);
        await RecordAsync(tracked.Run(experiment), tracked.Batch(), tracked.End(), cancellationToken);
        if (tracked.Data() is { } data)
            await runs.LogLinksAsync(job.Id, [data], [], cancellationToken);
        await LinkFilesAsync(job, generation, log, cancellationToken);
        if (job.Request.Kind != JobKind.Tune)
            return;
        foreach (var (run, batch, end) in tracked.Trials(experiment, await grains.GetGrain<ITrialsGrain>(job.Id).List()))
            await RecordAsync(run, batch, end, cancellationToken);
    }

    private async Task RecordAsync(NewRun run, RunBatch batch, RunUpdate end, CancellationToken cancellationToken)
    {
        if (await runs.FindExperimentAsync(run.RunId!, cancellationToken) is null)
            await runs.CreateAsync(run, cancellationToken);
        await runs.LogAsync(batch, cancellationToken);
        await runs.UpdateAsync(end, cancellationToken);
    }

    private async Task<Experiment> FindExperimentAsync(string project, CancellationToken cancellationToken)
    {
        if (await experiments.FindByNameAsync(project, cancellationToken) is { } found)
            return found;
        try
        {
            await experiments.CreateAsync(project, null, [], cancellationToken);
        }
        catch (TrackingException)
        {
            // A client was faster.
        }

        return await experiments.FindByNameAsync(project, cancellationToken)
            ?? throw TrackingException.Missing($"There is no experiment '{project}'.");
    }

    /// <summary>Has the artifacts of the run show what the job has stored already: its log, and the model of its generation.</summary>
    private async Task LinkFilesAsync(JobInfo job, GenerationInfo? generation, string? log, CancellationToken cancellationToken)
    {
        var uri = (await runs.FindAsync(job.Id, cancellationToken))!.Info.ArtifactUri;
        if (!uri.StartsWith(Experiment.ArtifactScheme, StringComparison.Ordinal))
            return;
        var folder = uri[Experiment.ArtifactScheme.Length..];
        if (log is not null)
        {
            await using var text = await artifacts.OpenAsync(log, cancellationToken);
            if (text.Length > 0)
                await index.PutAsync($"{folder}/job.log", log, text.Length, cancellationToken);
        }

        if (job.Generation is not null && generation is { Assets.ModelBytes: { } bytes and > 0 })
            await index.PutAsync($"{folder}/model.onnx", generation.Assets.Model, bytes, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} is not recorded as a run: {Reason}")]
    private static partial void LogRefused(ILogger logger, string job, string reason);
}
