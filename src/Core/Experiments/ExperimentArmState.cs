using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments;

/// <summary>An arm of an experiment, with what is counted of it.</summary>
public sealed record ExperimentArmState
{
    public required string Name { get; init; }

    public required GenerationReference Generation { get; init; }

    public double Weight { get; init; }

    public bool IsShadow { get; init; }

    public bool IsOut { get; init; }

    /// <summary>Its outcomes since the experiment began.</summary>
    public ArmSums All { get; init; } = ArmSums.None;

    /// <summary>Those of the predictions since the step began.</summary>
    public ArmSums InStep { get; init; } = ArmSums.None;

    /// <summary>How many outcomes it has had since the experiment began, whatever has faded of them.</summary>
    public long Outcomes { get; init; }

    /// <summary>The requests since the plan in force that its share, or its being a shadow, brought it.</summary>
    public long Requests { get; init; }

    /// <summary>Those of them that failed.</summary>
    public long Errors { get; init; }

    /// <summary>What is left of the evidence of the plans before that it fails more often than the champion.</summary>
    public double FailuresBefore { get; init; }

    /// <summary>The run time of the experiment at which gates refused to let it be in production; null: they did not.</summary>
    public TimeSpan? RefusedAt { get; init; }
}
