namespace Progeny.Bench.Decisions;

/// <summary>A/A tests with a check after every outcome: how often a difference is found where there is none.</summary>
internal static class FalseVerdicts
{
    private const double Alpha = 0.05;

    public static void Run(int runs, int outcomes, int seed)
    {
        Figures.Head($"A/A tests, {runs} runs of {outcomes} outcomes, a check after each, alpha {Alpha}: how many find a winner");
        Report("hit-50", "yes or no, 50 % yes", 0.5, (random, _) => Draws.Bernoulli(random, 0.5));
        Report("hit-10", "yes or no, 10 % yes", 0.5, (random, _) => Draws.Bernoulli(random, 0.1));
        Report("hit-10-share-10", "the same, 10 % of the traffic for the challenger", 0.1, (random, _) => Draws.Bernoulli(random, 0.1));
        Report("log-loss", "exponential values", 0.5, (random, _) => Draws.Exponential(random, 1));
        Report("squared-error", "squared errors", 0.5, (random, _) => Draws.SquaredError(random, 1));
        Report("squared-error-share-10", "the same, 10 % of the traffic for the challenger", 0.1, (random, _) =>
            Draws.SquaredError(random, 1));

        void Report(string name, string what, double share, Func<Random, bool, double> draw)
        {
            var verdicts = SequentialRuns.Run(runs, outcomes, share, Alpha, seed, draw);
            var wrong = verdicts.Count(verdict => verdict is not null) / (double)runs;
            Figures.Row($"{what,-50} {wrong * 100,6:0.00} %");
            Figures.Result($"decisions.aa.{name}.false-verdicts", wrong);
        }
    }
}
