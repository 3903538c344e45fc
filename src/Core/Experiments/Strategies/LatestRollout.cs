using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>It is in production once it has passed its gates.</summary>
internal sealed class LatestRollout : IRolloutStrategy
{
    public RolloutStrategy Strategy => RolloutStrategy.Latest;

    public Stage? Entry => Stage.Champion;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) =>
        new RolloutDecision.Promote(snapshot.Challengers.First().Name, "It is the latest generation.");

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot) => Begin(snapshot);
}
