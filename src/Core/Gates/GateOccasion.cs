using Progeny.Abstractions.Releases;

namespace Progeny.Core.Gates;

/// <summary>What gates are asked for.</summary>
/// <param name="Name">The same when it is asked again after a stop, so that each verdict is kept once; another one each other time.</param>
public sealed record GateOccasion(string Name)
{
    /// <summary>Figures of generations that are known better than by the last day: those of the experiment in which they take part.</summary>
    public IReadOnlyDictionary<GenerationReference, IReadOnlyDictionary<string, double?>>? Figures { get; init; }
}
