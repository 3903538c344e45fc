using System.Collections.Immutable;

namespace Progeny.Abstractions.Gates;

/// <summary>What one gate said.</summary>
/// <param name="Name">The gate's name; <c>tests</c> for the contract tests, which every generation must pass; <c>hook NAME</c> for a
/// webhook.</param>
/// <param name="Passed">Whether it lets the generation through.</param>
/// <param name="Message">Why, with the figures: <c>eval_auc 0.61, champion.eval_auc 0.68: eval_auc >= champion.eval_auc - 0.02 is
/// false</c>.</param>
/// <param name="Figures">The figures that the gate uses, by name; those that are not known are left out.</param>
[GenerateSerializer, Immutable, Alias("progeny.gate-verdict")]
public sealed record GateVerdict(
    [property: Id(0)] string Name,
    [property: Id(1)] bool Passed,
    [property: Id(2)] string Message,
    [property: Id(3)] ImmutableSortedDictionary<string, double> Figures)
{
    /// <summary>Whether it waits for the approval of a person, which may still come.</summary>
    [Id(4)] public bool Pending { get; init; }

    /// <summary>The number of the approval that it needs; null: it needs none, or it was not asked for.</summary>
    [Id(5)] public int? Approval { get; init; }
}
