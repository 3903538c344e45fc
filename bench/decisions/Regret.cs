using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Bandits;

namespace Progeny.Bench.Decisions;

/// <summary>
/// Thompson sampling on five Bernoulli arms: the regret beside the bound of Lai and Robbins ("Asymptotically efficient adaptive allocation
/// rules", 1985), by which no policy that is good everywhere has less than (Σ Δ_i / KL(μ_i, μ*)) · log T in the long run.
/// </summary>
internal static class Regret
{
    private const int Pulls = 100_000;
    private const int Batch = 100;
    private const int Settled = 1_000;

    private static readonly double[] Rates = [0.30, 0.25, 0.20, 0.15, 0.10];

    public static void Run(int runs, int batched, int seed)
    {
        var bound = Rates.Skip(1).Sum(rate => (Rates[0] - rate) / Divergence(rate, Rates[0]));
        Figures.Head(
            $"Thompson sampling, {Pulls:#,0} pulls of five arms ({string.Join(", ", Rates)}), {runs} runs; the Lai-Robbins bound is {bound:0.0} log T");
        Report("pull", "one draw for each pull", runs, (random, rewards) => ThompsonSampling.Draw(rewards, random), bound, seed);
        Report("batch", $"shares for {Batch} pulls at once, as a node divides traffic ({batched} runs)", batched, null, bound, seed);
    }

    private static void Report(string name, string what, int runs, Func<Random, ArmSums[], int>? draw, double bound, int seed)
    {
        var checkpoints = Enumerable.Range(0, 41).Select(i => (int)Math.Round(Settled * Math.Pow((double)Pulls / Settled, i / 40d)))
            .ToArray();
        var sums = new double[checkpoints.Length];
        Parallel.For(0, runs, run =>
        {
            var regret = RunOne(Draws.Of(seed, run, name.Length), checkpoints, draw);
            lock (sums)
            {
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += regret[i] / runs;
            }
        });
        var slope = Slope([.. checkpoints.Select(pulls => Math.Log(pulls))], sums);
        Figures.Row(
            $"{what}: regret {sums[^1]:0.0}, {sums[^1] / (bound * Math.Log(Pulls)):0.00} of the bound; slope {slope:0.0} a log T from {Settled} pulls on, {slope / bound:0.00} of the bound's");
        Figures.Result($"decisions.bandit.{name}.regret", sums[^1]);
        Figures.Result($"decisions.bandit.{name}.slope-ratio", slope / bound);
        Figures.Result($"decisions.bandit.{name}.regret-ratio", sums[^1] / (bound * Math.Log(Pulls)));
    }

    private static double[] RunOne(Random random, int[] checkpoints, Func<Random, ArmSums[], int>? draw)
    {
        ArmSums[] rewards = [.. Rates.Select(_ => ArmSums.None)];
        double[] shares = [];
        var regrets = new double[checkpoints.Length];
        var (regret, next) = (0d, 0);
        for (var pull = 1; pull <= Pulls; pull++)
        {
            if (draw is null && (pull - 1) % Batch == 0)
                shares = BanditPolicies.Of(BanditPolicy.Thompson).Shares([.. rewards.Select(BanditArm.Of)], 0);
            var arm = draw is null ? Draws.Pick(shares, random) : draw(random, rewards);
            rewards[arm] = rewards[arm].Add(Draws.Bernoulli(random, Rates[arm]));
            regret += Rates[0] - Rates[arm];
            while (next < checkpoints.Length && checkpoints[next] == pull)
                regrets[next++] = regret;
        }

        return regrets;
    }

    private static double Divergence(double p, double q) => (p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q)));

    /// <summary>The slope of the least squares line.</summary>
    private static double Slope(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
