namespace Progeny.Abstractions.Rollouts;

/// <summary>A place among the changes of plans.</summary>
/// <param name="Epoch">The activation that counted them.</param>
/// <param name="Count">How many there were.</param>
[GenerateSerializer, Immutable, Alias("progeny.plan-mark")]
public sealed record PlanMark([property: Id(0)] Guid Epoch, [property: Id(1)] long Count);
