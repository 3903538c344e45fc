namespace Progeny.Core.Lifecycle;

/// <summary>One step of a canary.</summary>
/// <param name="Share">The challenger's share of the traffic, above 0, at most 1.</param>
/// <param name="Outcomes">The outcomes of the challenger that the step needs at least before it is over.</param>
/// <param name="Time">The most time that the step may take; past it the canary is rolled back.</param>
public sealed record CanaryStep(double Share, int Outcomes, TimeSpan Time);
