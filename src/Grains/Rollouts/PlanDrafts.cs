using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Experiments;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;

namespace Progeny.Grains.Rollouts;

/// <summary>Makes plans of drafts: held to what is registered, their models loaded.</summary>
internal sealed class PlanDrafts(IGrainFactory grains, TimeProvider time)
{
    /// <summary>What models said that were loaded for a plan to come.</summary>
    private readonly Dictionary<GenerationReference, ModelMetadata> loaded = [];

    /// <summary>The plan that follows another.</summary>
    /// <exception cref="PlanException">The draft is wrong; it carries everything that is.</exception>
    public async Task<RolloutPlan> ToPlanAsync(PlanDraft draft, RolloutPlan before)
    {
        if (PlanChecks.Check(draft, before.Project, before.Champion) is { Count: > 0 } wrong)
            throw new PlanException([.. wrong]);
        var champion = PlanChecks.ChampionOf(draft, before.Champion)!;
        var facts = await Task.WhenAll(draft.Arms.Select(FindAsync));
        if (ArmChecks.Check(facts, champion, draft.StickyKey) is { Count: > 0 } unfit)
            throw new PlanException([.. unfit]);
        return new RolloutPlan
        {
            Project = before.Project,
            Version = before.Version + 1,
            Champion = champion.Generation,
            ChampionArm = champion.Name,
            Arms = [.. draft.Arms.OrderBy(arm => arm.Name, StringComparer.Ordinal)],
            Buckets = Buckets.Divide(before.Buckets, draft.Arms),
            Fallback = draft.Fallback,
            Shadows = draft.Shadows,
            StickyKey = draft.StickyKey,
            At = time.GetUtcNow(),
            By = draft.By,
            Reason = draft.Reason,
            DraftId = draft.Id,
        };
    }

    /// <summary>A draft with one generation in production for all traffic; its release says who stands in for it.</summary>
    /// <returns>Null: there is no such generation.</returns>
    public async Task<PlanDraft?> OfOneAsync(GenerationReference generation, RolloutPlan before, string reason, string? by)
    {
        if (await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() is not { } blueprint)
            return null;
        var manifest = ManifestCache.Of(blueprint.Release);
        List<RolloutArm> arms = [new(ArmNaming.Champion, generation, 1)];
        var fallback = ExperimentPlans.Fallback(before.Project, manifest.Serving.Rollout.Fallback, ArmNaming.Champion, arms);
        // The key stays as long as queries carry it: who meets whom must not change with every promotion.
        var isKeyKnown = before.StickyKey == RolloutPlan.QueryIdKey
            || (before.StickyKey is { } key && new QuerySchema(manifest).Fields.Contains(key));
        return new PlanDraft
        {
            Arms = [.. arms],
            Champion = ArmNaming.Champion,
            Fallback = arms.Count == 1 ? [] : fallback,
            StickyKey = isKeyKnown ? before.StickyKey : null,
            By = by,
            Reason = reason,
        };
    }

    /// <summary>
    /// Loads the models of arms, which may take long; whether they do load is for <see cref="ToPlanAsync"/> to say, which need not wait
    /// then.
    /// </summary>
    public async Task LoadAsync(IEnumerable<RolloutArm> arms)
    {
        var generations = arms.Select(arm => arm.Generation).Distinct().ToList();
        generations.ForEach(generation => loaded.Remove(generation));
        foreach (var facts in await Task.WhenAll(generations.Select(generation => FindAsync(new RolloutArm("", generation, 0)))))
        {
            if (facts is { Model.Error: null, Generation.Stage: not Stage.Archived })
                loaded[facts.Arm.Generation] = facts.Model;
        }
    }

    /// <summary>Forgets what was loaded for arms.</summary>
    public void Forget(IEnumerable<RolloutArm> arms)
    {
        foreach (var arm in arms)
            loaded.Remove(arm.Generation);
    }

    // A model is loaded before it is in a plan, so that no query has to wait for it, and one that does not load never gets there.
    private async Task<ArmFacts> FindAsync(RolloutArm arm)
    {
        var name = arm.Generation.ToString();
        if (await grains.GetGrain<IGenerationGrain>(name).GetBlueprint() is not { } blueprint)
            return new ArmFacts(arm, null, null, null);
        var manifest = ManifestCache.Of(blueprint.Release);
        var model = blueprint.Generation.Stage == Stage.Archived ? new ModelMetadata()
            : loaded.TryGetValue(arm.Generation, out var known) ? known
            : await grains.GetGrain<IModelGrain>(name).Describe();
        return new ArmFacts(arm, blueprint.Generation, manifest, model);
    }
}
