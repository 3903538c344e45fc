namespace Progeny.Abstractions.Experiments;

/// <summary>The share that one challenger of an A/B test has for itself.</summary>
/// <param name="Generation">As it is named, <c>1.2.0:3</c> or <c>project@1.2.0:3</c>.</param>
/// <param name="Share">Its share of the traffic, above 0, below 1.</param>
[GenerateSerializer, Immutable, Alias("progeny.arm-share")]
public sealed record ArmShare([property: Id(0)] string Generation, [property: Id(1)] double Share);
