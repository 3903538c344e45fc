using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Bandits;

namespace Progeny.Bench.Decisions;

/// <summary>
/// Bandits on rewards that are mostly 0 and seldom large, as sales are: whether the best arm gets the traffic though its first rewards may
/// all be 0, which gives a variance of 0.
/// </summary>
internal static class SparseRewards
{
    private const int Pulls = 20_000;
    private const int Batch = 100;
    private const double Amount = 20;
    private const double LockedOut = 0.01;

    private static readonly double[] Rates = [0.04, 0.02, 0.01];

    public static void Run(int runs, int seed)
    {
        Figures.Head(
            $"Bandits, {Pulls:#,0} pulls of three arms in batches of {Batch}, rewards of {Amount} on average with a rate of {string.Join(", ", Rates)}, else 0; {runs} runs");
        Report("thompson", BanditPolicy.Thompson, runs, seed);
        Report("ucb", BanditPolicy.Ucb, runs, seed);
    }

    private static void Report(string name, BanditPolicy policy, int runs, int seed)
    {
        var best = new double[runs];
        Parallel.For(0, runs, run => best[run] = RunOne(Draws.Of(seed, run), BanditPolicies.Of(policy)));
        var lockedOut = best.Count(share => share < LockedOut) / (double)runs;
        Figures.Row(
            $"{name,-10} the best arm has {best.Average() * 100:0.0} % of the second half; it is locked out in {lockedOut * 100:0.0} % of runs");
        Figures.Result($"decisions.bandit.sparse-{name}.best-arm", best.Average());
        Figures.Result($"decisions.bandit.sparse-{name}.locked-out", lockedOut);
    }

    /// <summary>The share of the second half that the best arm has.</summary>
    private static double RunOne(Random random, IBanditPolicy policy)
    {
        ArmSums[] rewards = [.. Rates.Select(_ => ArmSums.None)];
        var best = 0;
        for (var from = 0; from < Pulls; from += Batch)
        {
            // Rewards are known once their batch is over.
            var shares = policy.Shares([.. rewards.Select(BanditArm.Of)], 0);
            for (var pull = 0; pull < Batch; pull++)
            {
                var arm = Draws.Pick(shares, random);
                rewards[arm] = rewards[arm].Add(random.NextDouble() < Rates[arm] ? Draws.Exponential(random, Amount) : 0);
                best += arm == 0 && from >= Pulls / 2 ? 1 : 0;
            }
        }

        return best / (Pulls / 2d);
    }
}
