using System.Collections.Immutable;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Retraining;
using Progeny.Abstractions.Training;
using Progeny.Core.Datasets;
using Progeny.Core.Decisions;
using Progeny.Core.Feedback;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Retraining;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Retraining;

/// <summary>Decides for an offline agent whether its project is trained again, and starts the job.</summary>
internal sealed class RetrainScheduler(
    IGrainFactory grains,
    IGenerationFigures figures,
    IOutcomeStore outcomes,
    IAnsweredQueries queries,
    IDecisionLog decisions,
    TimeProvider time)
{
    /// <summary>Who asks for jobs, in front of the reason.</summary>
    public const string Agent = "offline agent";

    /// <summary>Checks, and starts a training where one is due.</summary>
    /// <returns>
    /// What was seen, what is to be remembered, and after how long <c>retrain.when</c> is to be asked again; null: not before something
    /// happens.
    /// </returns>
    public async Task<(OfflineWork Work, RetrainMemory Memory, TimeSpan? Stable)> RunAsync(
        OfflineProject project, bool paused, RetrainMemory memory, BackOff backOff, CancellationToken cancellationToken)
    {
        var history = project.History(JobKind.Train, JobKind.Tune);
        if (project.Manifest.Retrain is not { } retrain)
            return (Work(history, wanted: false, "the manifest has no retrain; a training is started manually", null), memory, null);
        await SayFailureAsync(project, history, backOff, cancellationToken);
        var now = time.GetUtcNow();
        if (memory.Job != history.Newest?.Id)
            memory = memory with { Job = history.Newest?.Id, Seen = await queries.GetEndAsync(cancellationToken) };
        var (fresh, sinceJob) = retrain.When is null ? (0, 0) : await NewOutcomesAsync(project, memory.Seen, cancellationToken);
        var (verdict, stable) = history.Open is not null ? (null, null) : await AskAsync(project, fresh, cancellationToken);
        if (verdict is { Holds: false })
            memory = memory with { FalseSince = history.Newest?.Id };
        var decision = new RetrainCase
        {
            Retrain = retrain,
            Jobs = history,
            GenerationAt = project.Newest?.CreatedAt,
            TrainRows = project.TrainRows,
            NewOutcomes = fresh,
            OutcomesSinceJob = sinceJob,
            When = verdict,
            WasFalse = memory.FalseSince == history.Newest?.Id,
            BackOff = backOff,
            Now = now,
        }.Decide();
        if (paused)
            return (Work(history, wanted: true, "it is paused", null), memory, null);
        if (decision is RetrainDecision.Wait wait)
            return (Work(history, wanted: true, wait.For, wait.Until), memory, stable);
        var start = (RetrainDecision.Start)decision;

        // DecisionText before it is done, by what was known: should the node stop in between, it is said once and done after all.
        await decisions.AppendAsync(
            new Decision
            {
                Id = $"{project.Info.Name}@{project.Release}/train-after/{history.Newest?.Id ?? "nothing"}",
                Project = project.Info.Name,
                At = now,
                Kind = DecisionKind.Job,
                By = Agent,
                Message = $"Train {project.Info.Name}@{project.Release}: {start.Reason}.",
                Generation = project.Info.Champion,
                Figures = verdict?.Figures ?? ImmutableSortedDictionary<string, double>.Empty,
            },
            cancellationToken);
        var job = await grains.GetGrain<IProjectGrain>(project.Info.Name)
            .StartJob(
                new JobRequest
                {
                    Kind = JobKind.Train,
                    Release = project.Release,
                    By = $"{Agent}: {start.Reason}",
                    Trigger = start.Trigger,
                });
        return (Work(JobHistory.Of([job]), wanted: true, $"job {job.Id} goes on", null), memory, null);
    }

    internal static OfflineWork Work(JobHistory history, bool wanted, string waits, DateTimeOffset? next) => new()
    {
        Wanted = wanted,
        WaitsFor = waits,
        Next = next,
        Failures = history.Failures,
        Job = history.Newest?.Id,
        Status = history.Newest?.Status,
        Message = history.Newest?.Message,
        CreatedAt = history.Newest?.CreatedAt,
        EndedAt = history.Newest?.EndedAt,
    };

    /// <summary>
    /// The outcomes that no training of the newest generation's could know, and those that came since the newest training was seen.
    /// </summary>
    /// <remarks>
    /// Where queries are trained on, only those count that a training could take: others would ask for trainings that find nothing.
    /// </remarks>
    private async Task<(long Fresh, long SinceJob)> NewOutcomesAsync(
        OfflineProject project, QueryMark seen, CancellationToken cancellationToken)
    {
        var name = project.Info.Name;
        if (project.Manifest.Source is { Queries: true } && project.Newest is null or { Lineage: { QueriesTo: not null, LogTo: not null } })
        {
            var mark = project.Newest is { Lineage: var lineage }
                ? new QueryMark(lineage.QueriesTo!.Value, lineage.LogTo!.Value)
                : QueryMark.Start;
            return (
                await project.SinceGeneration.SinceAsync(queries, project.Manifest, mark, cancellationToken),
                await project.SinceJob.SinceAsync(queries, project.Manifest, seen, cancellationToken));
        }

        var fresh = project.Newest switch
        {
            null => await outcomes.CountFromAsync(name, 0, cancellationToken),
            { Lineage.QueriesTo: { } place } => await outcomes.CountFromAsync(name, place, cancellationToken),
            { CreatedAt: var made } => await outcomes.CountAsync(name, made, cancellationToken),
        };
        return (fresh, await outcomes.CountFromAsync(name, seen.ReportOffset, cancellationToken));
    }

    private async Task<(ConditionVerdict? Verdict, TimeSpan? Stable)> AskAsync(
        OfflineProject project, long fresh, CancellationToken cancellationToken)
    {
        if (project.Manifest.Retrain?.When is null)
            return (null, null);
        var known = project.Info.Champion is { } champion
            ? new Dictionary<string, double?>(await figures.ReadAsync(champion, null, cancellationToken), StringComparer.OrdinalIgnoreCase)
            : new Dictionary<string, double?>(StringComparer.OrdinalIgnoreCase);
        known[FigureNames.NewOutcomes] = fresh;
        if (project.Newest is { } newest)
            known[FigureNames.SinceTraining] = Math.Max(0, (time.GetUtcNow() - newest.CreatedAt).TotalSeconds);
        var verdict = (await project.Conditions.AskAsync([() => project.Conditions.Retrain(known)!], cancellationToken))[0];
        return (verdict, verdict is null ? null : FigureStability.Of(known, [verdict]));
    }

    private async Task SayFailureAsync(OfflineProject project, JobHistory history, BackOff backOff, CancellationToken cancellationToken)
    {
        if (history is not { Failures: > 0, Newest: { Status: JobStatus.Failed } job })
            return;
        await decisions.AppendAsync(
            new Decision
            {
                Id = $"{job.Id}/put-off",
                Project = project.Info.Name,
                At = job.EndedAt ?? time.GetUtcNow(),
                Kind = DecisionKind.Job,
                By = Agent,
                Message = $"Job {job.Id} failed ({history.Failures} in a row), so the next training waits for "
                    + $"{ManifestUnits.Format(backOff.After(history.Failures))}: {job.Message}",
                Generation = project.Info.Champion,
                Figures = ImmutableSortedDictionary<string, double>.Empty.Add("failures", history.Failures),
            },
            cancellationToken);
    }
}
