using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>It is in charge once it has passed its gates.</summary>
internal sealed class LatestRollout : IRolloutStrategy
{
    public RolloutStrategy Strategy => RolloutStrategy.Latest;

    public Stage? Entry => Stage.Champion;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) => new RolloutDecision.Promote(snapshot.Challengers.First().Name, "It is the latest generation.");

    public RolloutDecision Look(ExperimentSnapshot snapshot) => Begin(snapshot);
}
