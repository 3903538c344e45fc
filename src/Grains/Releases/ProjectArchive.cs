using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Decisions;
using Progeny.Core.QueryLog;
using Progeny.Core.Releases;

namespace Progeny.Grains.Releases;

/// <inheritdoc cref="IProjectArchive"/>
internal sealed class ProjectArchive(IGrainFactory grains, IDecisionLog decisions, IQueryLog log) : IProjectArchive
{
    /// <inheritdoc/>
    public async Task<GenerationInfo> MoveAsync(GenerationReference generation, Stage stage, string? by, string? reason)
    {
        if (stage != Stage.Staged)
            await RequireNotElsewhereAsync(generation.Project, other => other == generation);
        return await grains.GetGrain<IRolloutGrain>(generation.Project).SetStage(generation, stage, by, reason);
    }

    /// <inheritdoc/>
    public async Task<ProjectInfo> DecommissionAsync(string project, string? by, string reason)
    {
        await RequireNotElsewhereAsync(project, other => other.Project == project);
        foreach (var running in (await grains.GetGrain<IRolloutGrain>(project).List()).Where(
            experiment => experiment.Status != ExperimentStatus.Ended))
            await grains.GetGrain<IExperimentGrain>($"{project}/{running.Id}")
                .End(ExperimentVerdict.Aborted, by ?? "operator", $"the project was decommissioned: {reason}");
        return await grains.GetGrain<IProjectGrain>(project).Decommission(by, reason);
    }

    /// <inheritdoc/>
    public Task<ProjectInfo> RecommissionAsync(string project, string? by, string? reason) =>
        grains.GetGrain<IProjectGrain>(project).Recommission(by, reason);

    /// <inheritdoc/>
    public async Task<ArchiveInfo?> DescribeAsync(string project, CancellationToken cancellationToken)
    {
        if (await grains.GetGrain<IProjectGrain>(project).Get() is not { } info)
            return null;
        var keys = info.Releases.Select(release => grains.GetGrain<IReleaseGrain>($"{project}@{release}")).ToList();
        var releases = await Task.WhenAll(keys.Select(release => release.Get()));
        var generations = await Task.WhenAll(keys.Select(release => release.ListGenerations()));
        return new ArchiveInfo(
            project,
            info.Decommissioned,
            [.. releases.OfType<ReleaseInfo>()],
            [.. generations.SelectMany(list => list)],
            info.Promotions,
            await decisions.CountAsync(project, cancellationToken),
            await log.MeasureAsync(project, cancellationToken));
    }

    // Asked from outside of the grains: two projects that asked each other from within would wait for each other.
    private async Task RequireNotElsewhereAsync(string project, Func<GenerationReference, bool> isMeant)
    {
        foreach (var other in (await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).List()).Where(name => name != project))
        {
            var plan = await grains.GetGrain<IRolloutGrain>(other).GetPlan();
            if (plan.Arms.FirstOrDefault(arm => isMeant(arm.Generation)) is { } named)
            {
                throw new RegistryException(
                    RegistryError.Conflict,
                    $"{named.Generation} is the arm '{named.Name}' of plan {plan.Version} of '{other}', which is in force; take it out of "
                        + $"that plan first (PUT /api/projects/{other}/rollout).");
            }
        }
    }
}
