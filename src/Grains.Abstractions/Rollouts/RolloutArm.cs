using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Rollouts;

/// <summary>A generation under the name by which a plan and the query log know it.</summary>
/// <param name="Name">Lower-case letters, digits, - and _, a letter first, at most 63.</param>
/// <param name="Generation">May be another project's.</param>
/// <param name="Weight">Its part of the sum of all weights is its share of the traffic; 0: none.</param>
[GenerateSerializer, Immutable, Alias("progeny.rollout-arm")]
public sealed record RolloutArm(
    [property: Id(0)] string Name, [property: Id(1)] GenerationReference Generation, [property: Id(2)] double Weight);
