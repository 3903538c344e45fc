using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Console.Metrics;
using Progeny.Console.Releases;
using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;

namespace Progeny.Console.Projects;

/// <summary>Reads what the pages of projects, releases and generations show.</summary>
internal sealed class ProjectReader(IClusterClient cluster, IQueryLog log, IDecisionLog decisions, IEvaluationStore evaluations)
{
    private const int MaxJobs = 10;

    private const int MaxQueries = 20;

    private const int MaxDecisions = 10;

    /// <summary>How many of the champion's queries its served figures cover.</summary>
    private const int MaxServed = 1_000;

    /// <summary>The projects that a caller may know of.</summary>
    public async Task<IReadOnlyList<ProjectSummary>> ListAsync(Access access)
    {
        var names = await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        var projects = await Task.WhenAll(names.Where(access.Sees).Select(name => cluster.GetGrain<IProjectGrain>(name).Get()));
        return await Task.WhenAll(projects.OfType<ProjectInfo>().Select(SummarizeAsync));
    }

    /// <summary>A project's view; null where there is no such project.</summary>
    /// <param name="access">What who looks at it may do: queries are not for everybody who may read the rest.</param>
    public async Task<ProjectView?> FindAsync(string name, Access access, CancellationToken cancellationToken)
    {
        if (await cluster.GetGrain<IProjectGrain>(name).Get() is not { } project)
            return null;
        var releases = Task.WhenAll(project.Releases.Reverse().Select(release => Release(name, release).Get()));
        var generations = GenerationsAsync(project);
        var jobs = JobsAsync(name, MaxJobs);
        var queries = access.Allows(Permissions.ReadData, name)
            ? log.ListAsync(name, null, null, null, MaxQueries, cancellationToken)
            : null;
        var plan = cluster.GetGrain<IRolloutGrain>(name).GetPlan();
        var decided = decisions.ListAsync(name, null, null, MaxDecisions, cancellationToken);
        var known = (await releases).OfType<ReleaseInfo>().ToList();
        return new ProjectView
        {
            Project = project,
            Releases = known,
            Manifest = known is [var newest, ..] ? ManifestOf(newest) : null,
            Generations = [.. (await generations).OrderByDescending(generation => generation.CreatedAt)],
            Jobs = await jobs,
            Queries = queries is null ? null : await queries,
            Plan = await plan,
            Decisions = await decided,
            Served = await ServedAsync(project.Champion, known, cancellationToken),
        };
    }

    /// <summary>A release's view; null where it was never published.</summary>
    public async Task<ReleaseView?> FindReleaseAsync(string project, string release)
    {
        var grain = Release(project, release);
        return await grain.Get() is { } info ? new ReleaseView(info, [.. (await grain.ListGenerations()).Reverse()]) : null;
    }

    /// <summary>A generation's view; null where there is none.</summary>
    public async Task<GenerationView?> FindGenerationAsync(string project, string version)
    {
        if (!GenerationReference.TryParse(project, version, out var reference)
            || await cluster.GetGrain<IGenerationGrain>(reference.ToString()).Get() is not { } generation)
        {
            return null;
        }

        var job = await cluster.GetGrain<IJobGrain>(generation.Lineage.JobId).Get();
        var promotions = (await cluster.GetGrain<IProjectGrain>(project).Get())?.Promotions ?? [];
        return new GenerationView(
            generation,
            job,
            [.. promotions.Where(promotion => promotion.Generation == reference).Reverse()],
            await evaluations.FindBacktestAsync(reference, CancellationToken.None));
    }

    private static Manifest? ManifestOf(ReleaseInfo release)
    {
        try
        {
            return ManifestCache.Of(release);
        }
        catch (ManifestException)
        {
            return null;
        }
    }

    private async Task<ProjectSummary> SummarizeAsync(ProjectInfo project)
    {
        var newest = Release(project.Name, project.Releases[^1]).Get();
        var generations = GenerationsAsync(project);
        var jobs = JobsAsync(project.Name, 1);
        return new ProjectSummary(
            project,
            await newest is { } release ? ManifestOf(release)?.Description ?? "" : "",
            (await generations).Count,
            await jobs is [var last, ..] ? last : null);
    }

    private async Task<EvaluationReport?> ServedAsync(
        GenerationReference? champion, List<ReleaseInfo> releases, CancellationToken cancellationToken)
    {
        if (champion is null || releases.Find(release => release.Version == champion.Release) is not { } release
            || ManifestOf(release) is not { } manifest)
            return null;
        var queries = await log.ListAsync(champion.Project, champion.Release, champion.Generation, null, MaxServed, cancellationToken);
        return ServedFigures.Of(manifest, queries);
    }

    private async Task<IReadOnlyList<GenerationInfo>> GenerationsAsync(ProjectInfo project)
    {
        var lists = await Task.WhenAll(project.Releases.Select(release => Release(project.Name, release).ListGenerations()));
        return [.. lists.SelectMany(list => list)];
    }

    private async Task<IReadOnlyList<JobInfo>> JobsAsync(string project, int most)
    {
        var ids = await cluster.GetGrain<IProjectGrain>(project).ListJobs();
        var jobs = await Task.WhenAll(ids.Take(most).Select(id => cluster.GetGrain<IJobGrain>(id).Get()));
        return [.. jobs.OfType<JobInfo>()];
    }

    private IReleaseGrain Release(string project, string release) => cluster.GetGrain<IReleaseGrain>($"{project}@{release}");
}
