using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Retraining;
using Progeny.Abstractions.Training;
using Progeny.Core.Decisions;
using Progeny.Core.Manifests;
using Progeny.Core.Retraining;

namespace Progeny.Grains.Retraining;

/// <summary>Starts for an offline agent the evaluations of what was served, by <c>evaluation.every</c>.</summary>
internal sealed class ServedEvaluations(IGrainFactory grains, IDecisionLog decisions, TimeProvider time)
{
    public async Task<OfflineWork> RunAsync(OfflineProject project, bool paused, BackOff backOff, CancellationToken cancellationToken)
    {
        var history = project.History(JobKind.Evaluate);
        if (project.Manifest.Evaluation.Every is not { } every)
            return RetrainScheduler.Work(history, wanted: false, "the manifest has no evaluation.every", null);
        if (project.Info.Champion is not { } champion)
            return RetrainScheduler.Work(history, wanted: true, "a champion", null);
        if (history.Open is { } open)
            return RetrainScheduler.Work(history, wanted: true, $"job {open.Id} goes on", null);
        var now = time.GetUtcNow();
        if (history.RestUntil(backOff, now) is { } rest)
            return RetrainScheduler.Work(history, wanted: true, "the last evaluation failed; it is tried again later", rest);
        var due = Schedule.Due(history.Newest?.CreatedAt ?? project.Info.Promotions[0].At, every, now);
        if (paused || due > now)
            return RetrainScheduler.Work(history, wanted: true, paused ? "it is paused" : "the clock", paused ? null : due);
        await decisions.AppendAsync(
            new Decision
            {
                Id = $"{project.Info.Name}/evaluate-after/{history.Newest?.Id ?? "nothing"}",
                Project = project.Info.Name,
                At = now,
                Kind = DecisionKind.Job,
                By = RetrainScheduler.Agent,
                Message = $"Evaluate what {champion} served: evaluation.every is {ManifestUnits.Format(every)}.",
                Generation = champion,
            },
            cancellationToken);
        var job = await grains.GetGrain<IProjectGrain>(project.Info.Name).StartJob(
            new JobRequest
            {
                Kind = JobKind.Evaluate,
                Release = champion.Project == project.Info.Name ? champion.Release : null,
                Version = champion.Project == project.Info.Name ? champion.Version : null,
                By = $"{RetrainScheduler.Agent}: evaluation.every",
                Trigger = JobTrigger.Schedule,
            });
        return RetrainScheduler.Work(JobHistory.Of([job]), wanted: true, $"job {job.Id} goes on", null);
    }
}
