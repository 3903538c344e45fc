using MathNet.Numerics.Distributions;
using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Bandits;

/// <summary>Thompson sampling: each arm's share is the probability that it is the best (Thompson, 1933).</summary>
public sealed class ThompsonSampling : IBanditPolicy
{
    public BanditPolicy Policy => BanditPolicy.Thompson;

    public double[] Shares(IReadOnlyList<ArmSums> rewards, double epsilon) => BestProbabilities.Of(rewards);

    /// <summary>Draws an arm for one query: each with its share, by one draw from what is known of each.</summary>
    public static int Draw(IReadOnlyList<ArmSums> rewards, Random random)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var i = 0; i < rewards.Count; i++)
        {
            var sums = rewards[i];
            var drawn = Beta.Sample(random, 1 + sums.Sum, 1 + sums.Count - sums.Sum);
            if (drawn > most)
                (best, most) = (i, drawn);
        }

        return best;
    }
}
