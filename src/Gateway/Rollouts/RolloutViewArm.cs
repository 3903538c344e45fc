using Progeny.Abstractions.Releases;

namespace Progeny.Gateway.Rollouts;

/// <summary>An arm of a plan as the API shows it.</summary>
/// <param name="Share">Its part of the traffic, 0 to 1.</param>
internal sealed record RolloutViewArm(string Name, GenerationReference Generation, double Weight, double Share);
