namespace Progeny.Abstractions.Experiments;

/// <summary>One step of a canary.</summary>
/// <param name="Share">The challenger's share of the traffic, above 0, at most 1.</param>
/// <param name="Outcomes">The outcomes of the challenger that the step needs at least before it is over.</param>
/// <param name="Time">The most time that the step may take; past it the canary is rolled back.</param>
[GenerateSerializer, Immutable, Alias("progeny.canary-step")]
public sealed record CanaryStep([property: Id(0)] double Share, [property: Id(1)] int Outcomes, [property: Id(2)] TimeSpan Time);
