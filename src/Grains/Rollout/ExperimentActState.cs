using Progeny.Abstractions.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>A change of the plan that an experiment is about to make, and what it is afterwards.</summary>
/// <param name="Draft">The plan; it names the version that it changes.</param>
/// <param name="Then">The state once it is in force.</param>
[GenerateSerializer, Immutable, Alias("progeny.experiment-act-state")]
public sealed record ExperimentActState([property: Id(0)] PlanDraft Draft, [property: Id(1)] ExperimentState Then);
