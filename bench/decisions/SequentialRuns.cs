using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Bench.Decisions;

/// <summary>A/B tests of which somebody checks each outcome.</summary>
internal static class SequentialRuns
{
    /// <summary>Runs tests of two arms until a verdict, or until there are no more outcomes.</summary>
    /// <param name="draw">The value of the challenger (true) or of the champion.</param>
    /// <param name="share">The challenger's share.</param>
    /// <returns>For each run the outcomes it took, below 0 where the champion won; null: no verdict.</returns>
    public static int?[] Run(int runs, int outcomes, double share, double alpha, int seed, Func<Random, bool, double> draw)
    {
        var verdicts = new int?[runs];
        Parallel.For(0, runs, run =>
        {
            var random = Draws.Of(seed, run);
            verdicts[run] = RunOne(random, outcomes, share, alpha, draw);
        });
        return verdicts;
    }

    private static int? RunOne(Random random, int outcomes, double share, double alpha, Func<Random, bool, double> draw)
    {
        ArmSums[] arms = [ArmSums.None, ArmSums.None];
        for (var n = 1; n <= outcomes; n++)
        {
            var arm = random.NextDouble() < share ? 1 : 0;
            arms[arm] = arms[arm].Add(draw(random, arm == 1));
            var comparison = Comparison.Of(arms[0], arms[1], Goal.Maximize, alpha);
            if (comparison.EvidenceBetter >= 2 / alpha)
                return n;
            if (comparison.EvidenceWorse >= 2 / alpha)
                return -n;
        }

        return null;
    }
}
