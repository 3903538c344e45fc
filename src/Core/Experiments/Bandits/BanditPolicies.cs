using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>All policies, by name.</summary>
public static class BanditPolicies
{
    private static readonly IBanditPolicy[] All = [new ThompsonSampling(), new UpperConfidenceBound(), new EpsilonGreedy()];

    public static IBanditPolicy Of(BanditPolicy policy) => All.First(known => known.Policy == policy);
}
