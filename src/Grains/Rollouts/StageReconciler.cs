using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Grains.Rollouts;

/// <summary>Brings the stages of a project's generations in line with its plan, which is what traffic follows.</summary>
internal static class StageReconciler
{
    /// <param name="before">The plan before; the generations that only it names are retired.</param>
    public static async Task ReconcileAsync(IGrainFactory grains, RolloutPlan? before, RolloutPlan plan)
    {
        var named = StagesOf(plan);
        foreach (var generation in (before is null ? [] : StagesOf(before)).Keys.Where(generation => !named.ContainsKey(generation)))
            await RetireAsync(grains.GetGrain<IGenerationGrain>(generation.ToString()));
        foreach (var (generation, stage) in named)
            await grains.GetGrain<IGenerationGrain>(generation.ToString()).SetStage(stage);
    }

    /// <summary>Retires what served; what has been archived or brought back since stays so, however often this is repeated.</summary>
    private static async Task RetireAsync(IGenerationGrain generation)
    {
        if (await generation.Get() is { Stage: Stage.Champion or Stage.Challenger or Stage.Shadow })
            await generation.SetStage(Stage.Retired);
    }

    /// <summary>The stages of the project's own generations; those that only wait as a fallback keep theirs.</summary>
    private static Dictionary<GenerationReference, Stage> StagesOf(RolloutPlan plan)
    {
        var stages = new Dictionary<GenerationReference, Stage>();
        foreach (var arm in plan.Arms.Where(arm => arm.Generation.Project == plan.Project))
        {
            if (arm.Generation == plan.Champion)
                stages[arm.Generation] = Stage.Champion;
            else if (arm.Weight > 0)
                stages[arm.Generation] = Stage.Challenger;
            else if (plan.Shadows.Contains(arm.Name))
                stages.TryAdd(arm.Generation, Stage.Shadow);
        }

        return stages;
    }
}
