using Progeny.Abstractions.Lifecycle;

namespace Progeny.Abstractions.Rollout;

/// <summary>Which generation answers a project's traffic. An immutable value; a change makes a new one.</summary>
[GenerateSerializer, Immutable, Alias("progeny.rollout-plan")]
public sealed record RolloutPlan
{
    [Id(0)] public required string Project { get; init; }

    /// <summary>Grows by one with every change; 0: nothing was promoted yet.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The generation in charge; null: none yet.</summary>
    [Id(2)] public required GenerationReference? Champion { get; init; }
}
