using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>An arm as <see cref="ExperimentState"/> remembers it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-arm-state")]
public sealed record ExperimentArmState
{
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required GenerationReference Generation { get; init; }

    [Id(2)] public double Weight { get; init; }

    [Id(3)] public bool IsShadow { get; init; }

    [Id(4)] public bool IsOut { get; init; }

    /// <summary>Its outcomes since the experiment began.</summary>
    [Id(5)] public ArmSums All { get; init; } = ArmSums.None;

    /// <summary>Those of the predictions since the step began.</summary>
    [Id(6)] public ArmSums InStep { get; init; } = ArmSums.None;

    /// <summary>How many outcomes it has had since the experiment began, whatever has faded of them.</summary>
    [Id(7)] public long Outcomes { get; init; }

    /// <summary>The requests since the plan in force that its share, or its being a shadow, brought it.</summary>
    [Id(8)] public long Requests { get; init; }

    /// <summary>Those of them that failed.</summary>
    [Id(9)] public long Errors { get; init; }

    /// <summary>What is left of the evidence of the plans before that it fails more often than the champion.</summary>
    [Id(10)] public double FailuresBefore { get; init; }

    /// <summary>The run time of the experiment at which gates refused to let it be in charge; null: they did not.</summary>
    [Id(11)] public TimeSpan? RefusedAt { get; init; }
}
