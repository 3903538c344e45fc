using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>The best arm so far has the traffic, but for a share that is spread over all.</summary>
internal sealed class EpsilonGreedy : IBanditPolicy
{
    public BanditPolicy Policy => BanditPolicy.EpsilonGreedy;

    public double[] Shares(IReadOnlyList<BanditArm> arms, double epsilon) => Untried.Divide(arms, arm => arm.IsTried, rewards =>
    {
        var means = rewards.Select(arm => arm.Mean!.Value).ToList();
        var best = means.IndexOf(means.Max());
        return [.. means.Select((_, i) => (epsilon / means.Count) + (i == best ? 1 - epsilon : 0))];
    });
}
