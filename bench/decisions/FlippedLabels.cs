using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Bench.Decisions;

/// <summary>
/// Challengers that were trained on flipped labels, compared by the default metric: after how many of their outcomes they are out, and how
/// often one as good as the champion is. A look after each outcome.
/// </summary>
internal static class FlippedLabels
{
    private const int Most = 100;
    private const double Alpha = 0.05;

    /// <summary>Outcomes of a challenger.</summary>
    private delegate double Draw(Random random, bool isBad);

    public static void Run(int runs, int seed)
    {
        Figures.Head(
            $"Challengers with flipped labels by the loss, alpha {Alpha}, {runs} runs: their outcomes until they are out, and healthy "
                + $"ones out within {Most}");
        Figures.Row($"{"",-62} median      99 %   healthy ones out");
        Draw sure = (random, isBad) => LogLoss(random, 5, isBad), unsure = (random, isBad) => LogLoss(random, 3, isBad);
        var canary = new ExperimentSettings
        {
            Strategy = RolloutStrategy.Canary,
            Alpha = Alpha,
            Steps = [.. Enumerable.Repeat(new CanaryStep(0.05, 10_000, TimeSpan.FromDays(1)), 3)],
        };
        var test = new ExperimentSettings { Strategy = RolloutStrategy.AbTest, Alpha = Alpha, Outcomes = 10_000 };
        var shadow = new ExperimentSettings { Strategy = RolloutStrategy.Shadow, Alpha = Alpha, Outcomes = 10_000 };
        var bandit = new ExperimentSettings { Strategy = RolloutStrategy.Bandit, Alpha = Alpha, Policy = BanditPolicy.EpsilonGreedy };
        Report("canary", "canary of 3 steps at 5 %, log loss", canary, 0.05, sure);
        Report("canary-unsure", "the same, less sure models (85 % right)", canary, 0.05, unsure);
        Report("canary-squared-error", "the same, squared errors in thousands", canary, 0.05, SquaredError);
        Report("abtest", "A/B test, half of the traffic, log loss", test, 0.5, sure);
        Report("abtest-unsure", "the same, less sure models", test, 0.5, unsure);
        Report("abtest-squared-error", "the same, squared errors in thousands", test, 0.5, SquaredError);
        Report("abtest-heavy-tails", "the same, Cauchy's errors, squared", test, 0.5, (random, isBad) =>
            Math.Pow((isBad ? 50 : 1) * Math.Tan(Math.PI * (random.NextDouble() - 0.5)), 2));
        Report("abtest-entities", "A/B test by entity, 200 entities, log loss", test, 0.5, sure, entities: 200);
        Report("shadow", "shadow, log loss", shadow, 0, sure);
        Report("shadow-squared-error", "the same, squared errors in thousands", shadow, 0, SquaredError);
        Report("bandit", "bandit (epsilon-greedy), half of the traffic, log loss", bandit, 0.5, sure);

        void Report(string name, string what, ExperimentSettings settings, double share, Draw draw, int entities = 0)
        {
            var outcomes = new int[runs];
            var wrong = 0;
            Parallel.For(0, runs, run =>
            {
                outcomes[run] = RunOne(Draws.Of(seed, run), settings, share, draw, isBad: true, entities) ?? Most;
                if (RunOne(Draws.Of(seed, run, 1), settings, share, draw, isBad: false, entities) is not null)
                    Interlocked.Increment(ref wrong);
            });
            Array.Sort(outcomes);
            var almostAll = outcomes[(int)Math.Ceiling(runs * 0.99) - 1];
            Figures.Row($"{what,-60} {outcomes[runs / 2],8} {almostAll,9}   {wrong * 100d / runs,8:0.00} %");
            Figures.Result($"decisions.flipped.{name}.outcomes-median", outcomes[runs / 2]);
            Figures.Result($"decisions.flipped.{name}.outcomes-p99", almostAll);
            Figures.Result($"decisions.flipped.{name}.healthy-out", wrong / (double)runs);
        }
    }

    /// <summary>The challenger's outcomes until it was out; null: it was not.</summary>
    private static int? RunOne(Random random, ExperimentSettings settings, double share, Draw draw, bool isBad, int entities)
    {
        var strategy = RolloutStrategies.Of(settings.Strategy);
        SnapshotArm[] arms =
        [
            new("champion", new GenerationReference("p", "1.0.0", 1), true, 1 - share, false, ArmSums.None, ArmSums.None),
            new("challenger", new GenerationReference("p", "1.0.0", 2), false, share, false, ArmSums.None, ArmSums.None),
        ];
        // An entity meets one arm; its seed makes all of its outcomes alike, and an entity's outcomes those of its cluster.
        var known = Enumerable.Range(0, entities)
            .Select(_ => (Seed: random.Next(), Arm: random.NextDouble() < share ? 1 : 0, Cluster: random.Next(ClusterSums.Number)))
            .ToArray();
        while (arms[1].All.Count < Most)
        {
            if (settings.Strategy == RolloutStrategy.Shadow)
            {
                // Both answer one query: the same randomness is the same query.
                var query = random.Next();
                Take(0, draw(new Random(query), false), null);
                Take(1, draw(isBad ? new Random(query) : random, isBad), null);
            }
            else if (entities > 0)
            {
                var entity = known[random.Next(entities)];
                Take(entity.Arm, draw(new Random(entity.Seed), isBad && entity.Arm == 1), entity.Cluster);
            }
            else
            {
                var arm = random.NextDouble() < share ? 1 : 0;
                Take(arm, draw(random, isBad && arm == 1), null);
            }

            switch (strategy.Evaluate(new ExperimentSnapshot { Settings = settings, Arms = [.. arms] }))
            {
                case RolloutDecision.GiveUp:
                case RolloutDecision.Serve serve when serve.Weights.Any(weight => weight.IsOut):
                    return (int)arms[1].All.Count;
            }
        }

        return null;

        void Take(int arm, double value, int? cluster) =>
            arms[arm] = arms[arm] with { All = arms[arm].All.Add(value, 1, cluster), InStep = arms[arm].InStep.Add(value, 1, cluster) };
    }

    /// <summary>The loss of a calibrated model, the logit of whose probability is normal; flipped, it says the opposite.</summary>
    private static double LogLoss(Random random, double deviation, bool isBad)
    {
        var probability = 1 / (1 + Math.Exp(-deviation * Math.Sqrt(Draws.SquaredError(random, 1))));
        var isRight = random.NextDouble() < probability;
        return -Math.Log(Math.Max(1e-15, isRight == isBad ? 1 - probability : probability));
    }

    /// <summary>A model that knows three quarters of the variance; flipped, it has the sign wrong.</summary>
    private static double SquaredError(Random random, bool isBad)
    {
        const double unit = 1e3;
        var known = Math.Sqrt(Draws.SquaredError(random, 3)) * (random.Next(2) == 0 ? 1 : -1);
        var noise = Math.Sqrt(Draws.SquaredError(random, 1)) * (random.Next(2) == 0 ? 1 : -1);
        var error = unit * (isBad ? (2 * known) + noise : noise);
        return error * error;
    }
}
