using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>All strategies, by name.</summary>
public static class RolloutStrategies
{
    private static readonly IRolloutStrategy[] All =
    [
        new ExplicitRollout(),
        new LatestRollout(),
        new ShadowRollout(),
        new CanaryRollout(),
        new AbTestRollout(),
        new BanditRollout(),
        new SelectRollout(),
    ];

    public static IRolloutStrategy Of(RolloutStrategy strategy) => All.First(known => known.Strategy == strategy);
}
