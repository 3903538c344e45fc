using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>Somebody promotes it.</summary>
internal sealed class ExplicitRollout : IRolloutStrategy
{
    public RolloutStrategy Strategy => RolloutStrategy.Explicit;

    public Stage? Entry => null;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) =>
        new RolloutDecision.Stay("It is staged until somebody promotes it (serving.rollout.strategy is explicit).");

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot) => Begin(snapshot);
}
