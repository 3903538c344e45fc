using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Gateway.Rollouts;

/// <summary>A plan to put in force.</summary>
/// <param name="Arms">The generations of the plan.</param>
/// <param name="Champion">The name of the arm in production; may be left out where there is one arm, or the generation in production
/// stays.</param>
/// <param name="Fallback">The names of the arms that answer for one that fails, the first one first.</param>
/// <param name="Shadows">The names of the arms that shadow every query.</param>
/// <param name="StickyKey">The field that is hashed to choose an arm, or <c>query_id</c>; without it the entity.</param>
/// <param name="Version">The version of the plan that this one changes; another in force is a conflict.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why.</param>
internal sealed record RolloutRequest(
    [property: Required] IReadOnlyList<RolloutRequestArm?>? Arms,
    string? Champion,
    IReadOnlyList<string?>? Fallback,
    IReadOnlyList<string?>? Shadows,
    string? StickyKey,
    long? Version,
    string? By,
    string? Reason)
{
    /// <exception cref="PlanException">An arm is incomplete, or names its generation wrongly.</exception>
    public PlanDraft ToDraft(string project)
    {
        var faults = new List<PlanFault>();
        List<RolloutArm> arms = [.. (Arms ?? []).Select((arm, i) => ArmOf(arm, i, project, faults))];
        if (By is { Length: 0 or > PlanChecks.MaxByCharacters })
            faults.Add(new PlanFault("by", $"has {By.Length} characters; 1 to {PlanChecks.MaxByCharacters} are allowed, or leave it out"));
        if (faults.Count > 0)
            throw new PlanException([.. faults]);
        return new PlanDraft
        {
            Arms = [.. arms],
            Champion = Champion,
            Fallback = NamesOf(Fallback),
            Shadows = NamesOf(Shadows),
            StickyKey = StickyKey,
            Version = Version,
            By = By,
            Reason = Reason,
        };
    }

    private static ImmutableArray<string> NamesOf(IReadOnlyList<string?>? names) => [.. (names ?? []).Select(name => name ?? "")];

    private static RolloutArm ArmOf(RolloutRequestArm? arm, int index, string project, List<PlanFault> faults)
    {
        if (arm?.Weight is null)
            faults.Add(PlanFault.OfArm(index, "weight", "is missing; a finite number of 0 or more is a weight"));
        var text = arm?.Generation ?? "";
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (GenerationReference.TryParse(at > 0 ? text[..at] : project, text[(at + 1)..], out var generation) && at != 0)
            return new RolloutArm(arm!.Name ?? "", generation, arm.Weight ?? 0);
        faults.Add(PlanFault.OfArm(
            index,
            "generation",
            $"'{text}' is no generation; one looks like '1.2.0:3' (release:generation), one of another project like 'flights@1.2.0:3'"));
        return new RolloutArm("", new GenerationReference(project, "", 0), 0);
    }
}
