using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Bandits;

/// <summary>
/// The arm with the highest upper confidence bound has the traffic: mean + √(v · log N / n), v the variance and what it may be more than
/// estimated (UCB1-Tuned of Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, section 4).
/// </summary>
internal sealed class UpperConfidenceBound : IBanditPolicy
{
    private const double MostBinaryVariance = 0.25;

    public BanditPolicy Policy => BanditPolicy.Ucb;

    public double[] Shares(IReadOnlyList<ArmSums> rewards, double epsilon)
    {
        if (Untried.Shares(rewards) is { } first)
            return first;
        var log = Math.Log(rewards.Sum(arm => arm.Count));
        var isBinary = rewards.All(arm => arm.IsBinary);
        var bounds = rewards.Select(arm =>
        {
            var variance = arm.Variance * (1 + Math.Sqrt(2 * log / arm.Count));
            if (isBinary)
                variance = Math.Min(MostBinaryVariance, arm.Variance + Math.Sqrt(2 * log / arm.Count));
            return arm.Mean!.Value + Math.Sqrt(variance * log / arm.Count);
        }).ToList();
        var best = bounds.IndexOf(bounds.Max());
        return [.. bounds.Select((_, i) => i == best ? 1d : 0d)];
    }
}
