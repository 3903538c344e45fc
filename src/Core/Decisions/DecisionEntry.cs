using Progeny.Abstractions.Decisions;

namespace Progeny.Core.Decisions;

/// <summary>A decision in the list of all.</summary>
/// <param name="Sequence">Its number in the list; grows.</param>
public sealed record DecisionEntry(long Sequence, Decision Decision);
