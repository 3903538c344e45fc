using System.Collections.Immutable;

namespace Progeny.Abstractions.Rollouts;

/// <summary>The plan in force of a project, and its promotions.</summary>
/// <param name="Plan">The plan in force.</param>
/// <param name="Promotions">All promotions, oldest first.</param>
[GenerateSerializer, Immutable, Alias("progeny.rollout-info")]
public sealed record RolloutInfo([property: Id(0)] RolloutPlan Plan, [property: Id(1)] ImmutableArray<Promotion> Promotions);
