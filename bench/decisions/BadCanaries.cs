using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Bench.Decisions;

/// <summary>
/// Canaries that double the loss, in a step of 5 % of the traffic and 10,000 outcomes of the canary: how many of its queries it answers
/// before it is rolled back, and how often one as good as the champion is.
/// </summary>
internal static class BadCanaries
{
    private const int StepOutcomes = 10_000;
    private const double Share = 0.05;
    private const double Allowed = 0.02;

    public static void Run(int runs, int seed)
    {
        Figures.Head(
            $"Canaries in a step of {StepOutcomes:#,0} outcomes at {Share:0 %} of the traffic, {runs} runs: answers of the canary until "
                + "it is rolled back");
        Figures.Row($"{"",-50} within 2 %     median      99 %   healthy ones rolled back");
        Report("error-25", "wrong answers, 25 % doubled to 50 %", (random, isBad) =>
            Draws.Bernoulli(random, isBad ? 0.5 : 0.25), runs, seed);
        Report("error-20", "wrong answers, 20 % doubled to 40 %", (random, isBad) =>
            Draws.Bernoulli(random, isBad ? 0.4 : 0.2), runs, seed);
        Report("log-loss", "exponential losses doubled", (random, isBad) => Draws.Exponential(random, isBad ? 2 : 1), runs, seed);
        Report("squared-error", "squared errors doubled", (random, isBad) => Draws.SquaredError(random, isBad ? 2 : 1), runs, seed);
    }

    private static void Report(string name, string what, Func<Random, bool, double> draw, int runs, int seed)
    {
        var served = new int[runs];
        var wrong = 0;
        Parallel.For(0, runs, run =>
        {
            served[run] = RunOne(Draws.Of(seed, run), draw, isBad: true, StepOutcomes) ?? StepOutcomes;
            // A healthy one is watched for a tenth of its step: a wrong verdict comes early or not at all.
            if (RunOne(Draws.Of(seed, run, 1), draw, isBad: false, StepOutcomes / 10) is not null)
                Interlocked.Increment(ref wrong);
        });
        Array.Sort(served);
        var within = served.Count(count => count <= StepOutcomes * Allowed) / (double)runs;
        var almostAll = served[(int)Math.Ceiling(runs * 0.99) - 1];
        Figures.Row($"{what,-50} {within * 100,8:0.00} % {served[runs / 2],10} {almostAll,9}   {wrong * 100d / runs,8:0.00} %");
        Figures.Result($"decisions.canary.{name}.rolled-back-within-2-percent", within);
        Figures.Result($"decisions.canary.{name}.served-p99", almostAll);
        Figures.Result($"decisions.canary.{name}.healthy-rolled-back", wrong / (double)runs);
    }

    /// <summary>The canary's answers until it was rolled back; null: it was not.</summary>
    private static int? RunOne(Random random, Func<Random, bool, double> draw, bool isBad, int most)
    {
        var strategy = RolloutStrategies.Of(RolloutStrategy.Canary);
        var settings = new ExperimentSettings
        {
            Strategy = RolloutStrategy.Canary,
            Steps = [new CanaryStep(Share, StepOutcomes, TimeSpan.FromDays(1))],
        };
        var champion = new SnapshotArm(
            "champion", new GenerationReference("p", "1.0.0", 1), true, 1 - Share, false, ArmSums.None, ArmSums.None);
        var canary = new SnapshotArm(
            "challenger", new GenerationReference("p", "1.0.0", 2), false, Share, false, ArmSums.None, ArmSums.None);
        for (var served = 0; served < most;)
        {
            if (random.NextDouble() >= Share)
            {
                champion = champion with { InStep = champion.InStep.Add(draw(random, false)) };
                continue;
            }

            served++;
            canary = canary with { InStep = canary.InStep.Add(draw(random, isBad)) };
            var decision = strategy.Evaluate(new ExperimentSnapshot { Settings = settings, Arms = [champion, canary] });
            if (decision is RolloutDecision.GiveUp)
                return served;
        }

        return null;
    }
}
