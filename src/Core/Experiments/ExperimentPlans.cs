using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>Makes the plans of experiments.</summary>
public static class ExperimentPlans
{
    /// <summary>The plan of an experiment that runs.</summary>
    public static PlanDraft OfRunning(ExperimentState state, string reason)
    {
        var arms = state.Arms.Where(arm => !arm.IsOut || arm.Name == state.ChampionArm)
            .Select(arm => new RolloutArm(arm.Name, arm.Generation, arm.Weight)).ToList();
        var fallback = Fallback(state.Project, state.Settings.Fallback, state.ChampionArm, arms);
        return new PlanDraft
        {
            Arms = [.. arms],
            Champion = state.ChampionArm,
            Fallback = fallback,
            Shadows = [.. state.Arms.Where(arm => arm is { IsShadow: true, IsOut: false }).Select(arm => arm.Name)],
            StickyKey = state.IsByEntity ? state.StickyKey : RolloutPlan.QueryIdKey,
            Version = state.PlanVersion,
            Id = string.Create(CultureInfo.InvariantCulture, $"{state.Project}/{state.Id}/{state.Events}"),
            By = state.Id,
            Reason = Short(reason),
        };
    }

    /// <summary>The plan after an experiment: one generation in production for all traffic.</summary>
    public static PlanDraft OfEnd(ExperimentState state, GenerationReference champion, string reason)
    {
        List<RolloutArm> arms = [new(ArmNaming.Champion, champion, 1)];
        var fallback = Fallback(state.Project, state.Settings.Fallback, ArmNaming.Champion, arms);
        return new PlanDraft
        {
            Arms = [.. arms],
            Champion = ArmNaming.Champion,
            Fallback = arms.Count == 1 ? [] : fallback,
            StickyKey = state.StickyKey,
            Version = state.PlanVersion,
            Id = string.Create(CultureInfo.InvariantCulture, $"{state.Project}/{state.Id}/{state.Events}"),
            By = state.Id,
            Reason = Short(reason),
        };
    }

    /// <summary>The names of the arms that cannot serve beside the champion; empty: it is not an arm's fault.</summary>
    public static IReadOnlyList<string> InvalidArms(PlanDraft draft, PlanException exception) =>
        [
            .. draft.Arms.Where((arm, i) => arm.Name != draft.Champion && exception.Faults.Any(fault => fault.Arm == i))
                .Select(arm => arm.Name),
        ];

    /// <summary>The plan without arms that only answer for others.</summary>
    /// <returns>Null: none are named.</returns>
    public static PlanDraft? DropFallbacks(PlanDraft draft, IReadOnlyCollection<string> names) => names.Count == 0 ? null : draft with
    {
        Arms = draft.Arms.RemoveAll(arm => names.Contains(arm.Name)),
        Fallback = draft.Fallback.RemoveAll(names.Contains),
    };

    /// <summary>
    /// A refused plan of one generation without what it can do without: fallbacks that cannot serve, then all fallbacks and an unknown
    /// sticky key.
    /// </summary>
    /// <returns>Null: nothing is left to leave out.</returns>
    public static PlanDraft? DropFailedArms(PlanDraft draft, PlanException exception)
    {
        if (DropFallbacks(draft, InvalidArms(draft, exception)) is { } less)
            return less;
        var isKeyUnknown = exception.Faults.Any(fault => fault.Path == PlanFault.StickyKeyPath);
        return draft.Arms.Length == 1 && !isKeyUnknown ? null : draft with
        {
            Arms = draft.Arms.RemoveAll(arm => arm.Name != draft.Champion),
            Fallback = [],
            StickyKey = isKeyUnknown ? null : draft.StickyKey,
        };
    }

    /// <summary>The chain of those that answer for one that fails; generations that are no arm yet become one without traffic.</summary>
    /// <param name="chain"><c>champion</c>, or generations.</param>
    public static ImmutableArray<string> Fallback(string project, IEnumerable<string> chain, string championArm, List<RolloutArm> arms)
    {
        var names = new List<string>();
        foreach (var wanted in chain)
        {
            if (wanted == ArmNaming.Champion)
            {
                names.Add(championArm);
            }
            else if (ArmNaming.Read(wanted, project) is { } generation)
            {
                var arm = arms.Find(arm => arm.Generation == generation);
                if (arm is null)
                    arms.Add(arm = new RolloutArm(ArmNaming.Of(generation, project), generation, 0));
                names.Add(arm.Name);
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static string Short(string reason) =>
        reason.Length <= PlanChecks.MaxReasonCharacters ? reason : reason[..(PlanChecks.MaxReasonCharacters - 1)] + "…";
}
