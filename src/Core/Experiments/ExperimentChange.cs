using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>A change of the rollout plan that an experiment makes, and its state afterwards.</summary>
/// <param name="Draft">The plan; it names the version that it changes.</param>
/// <param name="Then">The state once the plan is in force.</param>
public sealed record ExperimentChange(PlanDraft Draft, ExperimentState Then);
