using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Abstractions.Training;
using Progeny.Core.Lifecycle;
using Progeny.Core.Rollout;

namespace Progeny.Grains.Lifecycle;

/// <summary>How generations of a project leave service and come back, one by one or with the whole project. Each step is a decision on record.</summary>
internal sealed class Retirement(string project, IGrainFactory grains, IDecisionLog decisions, TimeProvider time)
{
    private const string Nobody = "by hand";

    /// <summary>Moves a generation that serves nothing.</summary>
    /// <param name="plan">The plan in force.</param>
    /// <param name="stage">Retired, archived, or staged, which brings it back.</param>
    /// <exception cref="RegistryException">There is no such generation, the plan names it, or it cannot go there from where it is.</exception>
    public async Task<GenerationInfo> MoveAsync(RolloutPlan plan, GenerationReference generation, Stage stage, string? by, string? reason)
    {
        var grain = grains.GetGrain<IGenerationGrain>(generation.ToString());
        if (generation.Project != project || await grain.Get() is not { } info)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation}.");
        if (stage is not (Stage.Staged or Stage.Retired or Stage.Archived))
            throw new RegistryException(RegistryError.Invalid, $"{generation} cannot be made {Word(stage)} so; a plan does that.");
        if (plan.Arms.FirstOrDefault(arm => arm.Generation == generation) is { } arm)
            throw new RegistryException(RegistryError.Conflict, $"{generation} is the arm '{arm.Name}' of plan {plan.Version}, which is in force; take it out of the plan first (PUT /api/projects/{project}/rollout).");
        if (info.Stage == stage)
            return info;
        if (info.Stage == Stage.Archived && stage != Stage.Staged)
            throw new RegistryException(RegistryError.Conflict, $"{generation} is archived; restore it first (POST /api/projects/{project}/generations/{generation.Version}/restore).");
        var now = time.GetUtcNow();
        // On record before it is done: nothing of this happens that cannot be read afterwards.
        await AppendAsync(
            string.Create(CultureInfo.InvariantCulture, $"stage:{generation}:{now.UtcTicks}"), now, by,
            $"{generation} was {Word(info.Stage)} and is {Word(stage)} now{Because(reason)}.", generation);
        return await grain.SetStage(stage);
    }

    /// <summary>What the end of the project is, at its beginning.</summary>
    public async Task<Decommission> BeginAsync(ImmutableArray<string> releases, string? by, string reason) => new()
    {
        At = time.GetUtcNow(),
        By = by,
        Reason = reason,
        ArchivedBefore = [.. (await GenerationsAsync(releases)).Where(info => info.Stage == Stage.Archived).Select(info => info.Reference)],
    };

    /// <summary>The project's state with an end (or, for null, without one) and a plan that says so.</summary>
    /// <param name="place">The place of the last record in the project's query log.</param>
    public ProjectState Change(ProjectState state, RolloutPlan before, Decommission? end, string? reason, int mostPlans, long place)
    {
        var plan = new RolloutPlan
        {
            Project = project,
            Version = state.PlanVersion + 1,
            Champion = null,
            At = end?.At ?? time.GetUtcNow(),
            By = end?.By,
            Reason = reason,
            Decommissioned = end is not null,
        };
        return state with
        {
            Decommissioned = end,
            PlanVersion = plan.Version,
            Plans = [plan, .. state.Plans.IsEmpty ? [before] : state.Plans.Take(mostPlans - 1)],
            Shadows = ShadowPeriods.Follow(state.Shadows, plan, place),
        };
    }

    /// <summary>Does what the end asks for; done again, it only does what is left. The roster comes last: until then a stopped node goes on here.</summary>
    public async Task EndAsync(Decommission end, ImmutableArray<string> releases, ImmutableArray<string> jobs, long version)
    {
        await AppendAsync(string.Create(CultureInfo.InvariantCulture, $"decommission:{project}:{version}"), end.At, end.By, $"'{project}' was decommissioned{Because(end.Reason)}.");
        foreach (var job in jobs)
            await grains.GetGrain<IJobGrain>(job).Cancel();
        foreach (var info in await GenerationsAsync(releases))
            await grains.GetGrain<IGenerationGrain>(info.Reference.ToString()).SetStage(Stage.Archived);
        await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).Remove(project);
    }

    /// <summary>Stages what the end archived.</summary>
    public async Task RestoreAllAsync(ImmutableArray<string> releases, Decommission end, long version, string? by, string? reason)
    {
        await AppendAsync(
            string.Create(CultureInfo.InvariantCulture, $"recommission:{project}:{version}"), time.GetUtcNow(), by, $"'{project}' was recommissioned{Because(reason)}.");
        foreach (var info in (await GenerationsAsync(releases)).Where(info => !end.ArchivedBefore.Contains(info.Reference)))
            await grains.GetGrain<IGenerationGrain>(info.Reference.ToString()).SetStage(Stage.Staged);
    }

    private static string Word(Stage stage) => stage.ToString().ToLowerInvariant();

    private static string Because(string? reason) => reason is null ? "" : $": {reason.TrimEnd('.')}";

    private async Task<IEnumerable<GenerationInfo>> GenerationsAsync(ImmutableArray<string> releases) =>
        (await Task.WhenAll(releases.Select(release => grains.GetGrain<IReleaseGrain>($"{project}@{release}").ListGenerations()))).SelectMany(list => list);

    private Task AppendAsync(string id, DateTimeOffset at, string? by, string message, GenerationReference? generation = null) => decisions.AppendAsync(
        new Decision { Id = id, Project = project, At = at, Kind = DecisionKind.Retirement, By = by ?? Nobody, Message = message, Generation = generation }, CancellationToken.None);
}
