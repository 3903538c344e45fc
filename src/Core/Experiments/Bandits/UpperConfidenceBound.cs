using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>
/// The arm with the highest upper confidence bound has the traffic: mean + √(v · log N / n), v the variance and what it may be more than
/// estimated (UCB1-Tuned of Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, section 4). Of
/// rewards that are not 0 or 1 the variance is at least the arms' common one. With a discount, mean and n are those of what has not faded
/// (D-UCB of Garivier and Moulines, "On upper-confidence bound policies for switching bandit problems", 2011, section 2); an arm of which
/// less than one outcome is left has its even part, as one that is not tried has.
/// </summary>
internal sealed class UpperConfidenceBound : IBanditPolicy
{
    private const double MaxBinaryVariance = 0.25;

    public BanditPolicy Policy => BanditPolicy.Ucb;

    public double[] Shares(IReadOnlyList<BanditArm> arms, double epsilon) =>
        Untried.Divide(arms, arm => arm.IsTried && arm.Rewards.Count >= 1, rewards =>
    {
        var log = Math.Log(rewards.Sum(arm => arm.Count));
        var isBinary = rewards.All(arm => arm.IsBinary);
        var pooled = PooledVariance.Of(rewards);
        var bounds = rewards.Select(arm =>
        {
            var more = Math.Sqrt(2 * log / arm.Count);
            var variance = isBinary ? Math.Min(MaxBinaryVariance, arm.Variance + more) : Math.Max(arm.Variance, pooled) * (1 + more);
            return arm.Mean!.Value + Math.Sqrt(variance * log / arm.Count);
        }).ToList();
        var best = bounds.IndexOf(bounds.Max());
        return [.. bounds.Select((_, i) => i == best ? 1d : 0d)];
    });
}
