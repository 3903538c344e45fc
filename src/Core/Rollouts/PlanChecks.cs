using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;

namespace Progeny.Core.Rollouts;

/// <summary>What a plan must be in itself, whatever its generations are.</summary>
public static partial class PlanChecks
{
    /// <summary>The most arms of a plan: each of them is a model that every silo keeps loaded.</summary>
    public const int MaxArms = 32;

    /// <summary>The most characters of what a client calls itself; <see cref="PlanDraft.By"/> has who it is besides.</summary>
    public const int MaxByCharacters = 200;

    /// <summary>The most characters of <see cref="PlanDraft.Reason"/>.</summary>
    public const int MaxReasonCharacters = 2_000;

    private const int MaxKeyCharacters = 63;

    /// <summary>All that is wrong with a draft.</summary>
    /// <param name="champion">The generation in production now; null: none.</param>
    public static IReadOnlyList<PlanFault> Check(PlanDraft draft, string project, GenerationReference? champion)
    {
        var faults = new List<PlanFault>();
        CheckArms(draft.Arms, faults);
        CheckNames("fallback", draft.Fallback, draft.Arms, faults);
        CheckNames("shadows", draft.Shadows, draft.Arms, faults);
        CheckChampion(draft, project, champion, faults);
        if (draft.StickyKey is { Length: 0 or > MaxKeyCharacters })
            faults.Add(new PlanFault(PlanFault.StickyKeyPath, $"must be the name of a field, or {RolloutPlan.QueryIdKey}, or be left out"));
        if (draft.Reason is { Length: > MaxReasonCharacters })
            faults.Add(new PlanFault("reason", $"has {draft.Reason.Length} characters; at most {MaxReasonCharacters} are allowed"));
        return faults;
    }

    /// <summary>The arm that a draft puts into production; null: it does not say which of several.</summary>
    public static RolloutArm? ChampionOf(PlanDraft draft, GenerationReference? champion) => draft switch
    {
        { Champion: { } name } => draft.Arms.FirstOrDefault(arm => arm.Name == name),
        { Arms: [var only] } => only,
        _ => draft.Arms.FirstOrDefault(arm => arm.Generation == champion),
    };

    private static void CheckArms(ImmutableArray<RolloutArm> arms, List<PlanFault> faults)
    {
        if (arms.Length is 0 or > MaxArms)
            faults.Add(new PlanFault("arms", $"has {arms.Length} arms; 1 to {MaxArms} are allowed"));
        for (var i = 0; i < arms.Length; i++)
        {
            var (name, _, weight) = arms[i];
            if (!ArmName().IsMatch(name))
                faults.Add(
                    PlanFault.OfArm(
                        i, "name", $"'{name}' is no arm's name; one has lower-case letters, digits, - and _, a letter first, at most 63"));
            var first = arms.TakeWhile(arm => arm.Name != name).Count();
            if (first < i)
                faults.Add(PlanFault.OfArm(i, "name", $"'{name}' is the name of arms[{first}] already"));
            if (!double.IsFinite(weight) || weight < 0)
                faults.Add(
                    PlanFault.OfArm(i, "weight", FormattableString.Invariant($"{weight} is no weight; a finite number of 0 or more is")));
        }

        if (arms.Length > 0 && arms.All(arm => arm.Weight == 0))
            faults.Add(new PlanFault("arms", "all weights are 0; one at least must be above it"));
    }

    private static void CheckNames(string path, ImmutableArray<string> names, ImmutableArray<RolloutArm> arms, List<PlanFault> faults)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (arms.All(arm => arm.Name != names[i]))
                faults.Add(new PlanFault($"{path}[{i}]", NoArm(names[i], arms)));
            else if (names.IndexOf(names[i]) < i)
                faults.Add(new PlanFault($"{path}[{i}]", $"'{names[i]}' is listed already"));
        }
    }

    private static void CheckChampion(PlanDraft draft, string project, GenerationReference? champion, List<PlanFault> faults)
    {
        if (draft.Arms.IsEmpty)
            return;
        if (ChampionOf(draft, champion) is not { } arm)
        {
            faults.Add(new PlanFault("champion", draft.Champion is { } name
                ? NoArm(name, draft.Arms)
                : "is missing; name the arm in "
                    + $"production{(champion is null ? "" : $", since {champion}, which is in production now, is none of the arms")}"));
        }
        else if (arm.Generation.Project != project)
            faults.Add(
                new PlanFault("champion", $"{arm.Generation} is another project's; a generation of '{project}' must be in production"));
    }

    private static string NoArm(string name, ImmutableArray<RolloutArm> arms) =>
        $"there is no arm '{name}'{Suggestion.Among(name, [.. arms.Select(arm => arm.Name)], "arms")}";

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ArmName();
}
