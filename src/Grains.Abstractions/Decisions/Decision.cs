using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Decisions;

/// <summary>One thing that was decided about a project: who or what decided it, when, and on which figures. Kept for ever.</summary>
[GenerateSerializer, Immutable, Alias("progeny.decision")]
public sealed record Decision
{
    /// <summary>Unique. A decider that is started again in the middle uses the same id, and the decision is kept once.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required string Project { get; init; }

    [Id(2)] public required DateTimeOffset At { get; init; }

    [Id(3)] public required DecisionKind Kind { get; init; }

    /// <summary>
    /// Who or what decided: a person's name, or a part of the platform such as <c>canary</c>, <c>offline agent</c>, <c>gate quality</c>.
    /// </summary>
    [Id(4)] public required string By { get; init; }

    /// <summary>What was decided and why, in a sentence or two.</summary>
    [Id(5)] public required string Message { get; init; }

    /// <summary>The generation that it is about; null: the project as a whole.</summary>
    [Id(6)] public GenerationReference? Generation { get; init; }

    /// <summary>The experiment that it belongs to; null: none.</summary>
    [Id(7)] public string? Experiment { get; init; }

    /// <summary>The figures on which it was decided, by name.</summary>
    [Id(8)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}
