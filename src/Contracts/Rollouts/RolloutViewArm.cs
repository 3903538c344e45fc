using Progeny.Abstractions.Releases;

namespace Progeny.Contracts.Rollouts;

/// <summary>An arm of a plan as the API shows it.</summary>
/// <param name="Share">Its part of the traffic, 0 to 1.</param>
public sealed record RolloutViewArm(string Name, GenerationReference Generation, double Weight, double Share);
