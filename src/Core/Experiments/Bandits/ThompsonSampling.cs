using MathNet.Numerics.Distributions;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>Thompson sampling: each arm's share is the probability that it is the best (Thompson, 1933).</summary>
public sealed class ThompsonSampling : IBanditPolicy
{
    public BanditPolicy Policy => BanditPolicy.Thompson;

    public double[] Shares(IReadOnlyList<BanditArm> arms, double epsilon)
    {
        var shares = BestProbabilities.Of(arms);
        var tried = Enumerable.Range(0, arms.Count).Where(i => arms[i].IsTried).Sum(i => shares[i]);
        if (!(tried > 0))
            return [.. arms.Select(_ => 1d / arms.Count)];
        var untried = Enumerable.Range(0, arms.Count).Where(i => !arms[i].IsTried).Sum(i => Math.Min(shares[i], 1d / arms.Count));
        return [.. shares.Select((share, i) => arms[i].IsTried ? share / tried * (1 - untried) : Math.Min(share, 1d / arms.Count))];
    }

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
