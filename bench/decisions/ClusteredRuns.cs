using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Bench.Decisions;

/// <summary>A/A tests by entity: each entity always meets the same arm, and entities differ.</summary>
internal static class ClusteredRuns
{
    private const double Alpha = 0.05;

    public static void Run(int runs, int outcomes, int seed)
    {
        Figures.Head(
            $"A/A tests by entity, {runs} runs of {outcomes} outcomes, a check after each tenth, alpha {Alpha}: how many find a winner");
        Report("entities-10000", "10,000 entities, alike busy", 10_000, false, 0.5);
        Report("entities-300", "300 entities, alike busy", 300, false, 0.5);
        Report("entities-300-zipf", "300 entities, the k-th asks 1/k as often as the first", 300, true, 0.5);
        Report("entities-300-zipf-share-20", "the same, 20 % of the entities for the challenger", 300, true, 0.2);
        Report("entities-30", "30 entities, alike busy", 30, false, 0.5);

        void Report(string name, string what, int entities, bool isZipf, double share)
        {
            var (wrong, naive) = (0, 0);
            Parallel.For(0, runs, run =>
            {
                var (hasWinner, hasNaive) = RunOne(Draws.Of(seed, run), entities, isZipf, share, outcomes);
                if (hasWinner)
                    Interlocked.Increment(ref wrong);
                if (hasNaive)
                    Interlocked.Increment(ref naive);
            });
            Figures.Row($"{what,-60} {wrong * 100d / runs,6:0.00} %   as independent: {naive * 100d / runs,6:0.00} %");
            Figures.Result($"decisions.aa.{name}.false-verdicts", wrong / (double)runs);
            Figures.Result($"decisions.aa.{name}.as-independent", naive / (double)runs);
        }
    }

    /// <summary>Each entity says yes at a rate of its own, anything from never to always.</summary>
    /// <returns>Whether there is a winner, and whether there is one where outcomes are taken as independent.</returns>
    private static (bool HasWinner, bool HasNaive) RunOne(Random random, int entities, bool isZipf, double share, int outcomes)
    {
        var all = new (double Rate, int Arm, int Cluster, double Until)[entities];
        var weights = 0d;
        for (var i = 0; i < entities; i++)
            all[i] = (
                random.NextDouble(),
                random.NextDouble() < share ? 1 : 0,
                random.Next(ClusterSums.Number),
                weights += isZipf ? 1d / (i + 1) : 1);
        ArmSums[] arms = [ArmSums.None, ArmSums.None];
        var (hasWinner, hasNaive) = (false, false);
        for (var n = 1; n <= outcomes; n++)
        {
            var drawn = random.NextDouble() * weights;
            var (low, high) = (0, entities - 1);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = all[middle].Until < drawn ? (middle + 1, high) : (low, middle);
            }

            ref readonly var entity = ref all[low];
            arms[entity.Arm] = arms[entity.Arm].Add(random.NextDouble() < entity.Rate ? 1 : 0, 1, entity.Cluster);
            if (n % 10 != 0)
                continue;
            hasWinner |= IsFound(arms[0], arms[1]);
            hasNaive |= IsFound(arms[0] with { Clusters = null }, arms[1] with { Clusters = null });
        }

        return (hasWinner, hasNaive);
    }

    private static bool IsFound(ArmSums champion, ArmSums challenger) =>
        Comparison.Of(champion, challenger, Goal.Maximize, Alpha) is var found
            && Math.Max(found.EvidenceBetter, found.EvidenceWorse) >= 2 / Alpha;
}
