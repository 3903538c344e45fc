using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rollouts;

/// <summary>Whether the generations of a plan can serve, and answer the same questions.</summary>
public static class ArmChecks
{
    /// <summary>All that speaks against the arms; each is held to the champion.</summary>
    /// <param name="arms">In the draft's order.</param>
    public static IReadOnlyList<PlanFault> Check(IReadOnlyList<ArmFacts> arms, RolloutArm champion, string? stickyKey)
    {
        var faults = new List<PlanFault>();
        var first = arms.First(facts => facts.Arm == champion);
        for (var i = 0; i < arms.Count; i++)
        {
            var problems = Unfit(arms[i]) is { } unfit ? [unfit]
                : arms[i] == first || Unfit(first) is not null ? []
                : Differences(arms[i], first);
            var index = i;
            faults.AddRange(problems.Select(problem => PlanFault.OfArm(index, "generation", problem)));
        }

        List<Manifest> manifests = [.. arms.Select(facts => facts.Manifest).OfType<Manifest>()];
        if (stickyKey is not (null or RolloutPlan.QueryIdKey) && manifests.Count == arms.Count
            && manifests.SelectMany(manifest => new QuerySchema(manifest).Fields).Distinct(StringComparer.Ordinal).ToList() is var fields
            && !fields.Contains(stickyKey))
        {
            faults.Add(new PlanFault(PlanFault.StickyKeyPath, fields.Count == 0
                ? $"the arms have no fields; {RolloutPlan.QueryIdKey} would do, or leave it out for the entity"
                : $"no arm has a field '{stickyKey}'; {RolloutPlan.QueryIdKey} or one of {string.Join(", ", fields)} would do"));
        }

        return faults;
    }

    /// <summary>Why an arm can serve nothing; null: it can.</summary>
    private static string? Unfit(ArmFacts facts) => facts switch
    {
        { Generation: null } or { Manifest: null } or { Model: null } => $"there is no generation {facts.Arm.Generation}",
        { Generation.Stage: Stage.Archived } =>
            $"{facts.Arm.Generation} is archived and cannot serve; restore it first (POST "
                + $"/api/projects/{facts.Arm.Generation.Project}/generations/{facts.Arm.Generation.Version}/restore)",
        { Model.Error: { } error } => $"{facts.Arm.Generation} cannot serve: {error.Message}",
        _ => null,
    };

    private static IEnumerable<string> Differences(ArmFacts arm, ArmFacts champion)
    {
        var (its, own) = (arm.Manifest!, champion.Manifest!);
        var (name, other) = (arm.Arm.Generation, champion.Arm.Generation);
        if (its.Task != own.Task)
        {
            yield return $"{name} has the task {Word(its.Task)}, {other} {Word(own.Task)}; all arms must have the same";
            yield break;
        }

        var (classes, asked) = (its.Label?.Classes ?? [], own.Label?.Classes ?? []);
        if (!classes.SequenceEqual(asked))
            yield return $"{name} has the classes {string.Join(", ", classes)}, {other} {string.Join(", ", asked)}; all arms must have "
                + "the same in the same order";
        if ((its.Features.Count == 0) != (own.Features.Count == 0))
        {
            var (without, with) = its.Features.Count == 0 ? (name, other) : (other, name);
            yield return $"{without} has no features and takes its model's own tensors, {with} has; they cannot answer the same query";
            yield break;
        }

        foreach (var feature in its.Features)
        {
            if (own.Features.FirstOrDefault(known => known.Name == feature.Name) is { } known && known.Type != feature.Type)
                yield return $"the feature '{feature.Name}' of {name} is of type {Word(feature.Type)}, that of {other} "
                    + $"{Word(known.Type)}; features of one name must be of one type";
        }

        if (its.Features.Count == 0 && !Inputs(arm).SetEquals(Inputs(champion)))
            yield return $"the model of {name} takes {string.Join(", ", Inputs(arm).Order(StringComparer.Ordinal))}, that of {other} "
                + $"{string.Join(", ", Inputs(champion).Order(StringComparer.Ordinal))}; without features the inputs must be the same";
    }

    private static HashSet<string> Inputs(ArmFacts facts) =>
        [.. facts.Model!.Inputs.Select(input => $"{input.Name} ({ElementTypes.NameOf(input.Type)})")];

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
