using Progeny.Abstractions.Releases;

namespace Progeny.Core.Gates;

/// <summary>What gates are asked for.</summary>
/// <param name="Name">The same when it is asked again after a stop, so that each verdict is kept once; another one each other time.</param>
public sealed record GateOccasion(string Name)
{
    /// <summary>
    /// Figures of generations that are known better than by the last day: those of the experiment in which they take part.
    /// </summary>
    public IReadOnlyDictionary<GenerationReference, IReadOnlyDictionary<string, double?>>? Figures { get; init; }

    /// <summary>
    /// What the generation is offered for, the same however often it is asked: an approval holds for this only. Null: no approval is asked
    /// for, and one that the generation has got at the gate before counts.
    /// </summary>
    public string? Purpose { get; init; }

    /// <summary>Who or what offers the generation.</summary>
    public string By { get; init; } = "rollout";

    /// <summary>Whether the gates themselves are passed over: hooks are told, and nothing that they say holds the generation up.</summary>
    public bool IsForced { get; init; }
}
