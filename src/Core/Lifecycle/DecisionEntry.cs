using Progeny.Abstractions.Lifecycle;

namespace Progeny.Core.Lifecycle;

/// <summary>A decision in the list of all.</summary>
/// <param name="Place">Its place in the list; grows.</param>
public sealed record DecisionEntry(long Place, Decision Decision);
