using Progeny.Core.Experiments.Statistics;

namespace Progeny.Bench.Decisions;

/// <summary>A/B tests with a true difference of 5 points at 50 %: how often it is found, and after how many outcomes.</summary>
internal static class Power
{
    private const double Alpha = 0.05;
    private const double First = 0.5;
    private const double Second = 0.55;
    private const double Wanted = 0.9;
    private const int Most = 20_000;

    public static void Run(int runs, int seed)
    {
        var verdicts = SequentialRuns.Run(
            runs, Most, 0.5, Alpha, seed, (random, isChallenger) => Draws.Bernoulli(random, isChallenger ? Second : First));
        List<int> found = [.. verdicts.Where(verdict => verdict > 0).Select(verdict => verdict!.Value).Order()];
        var all = 2 * FixedSampleTest.OutcomesOfEachArm(First, Second, Alpha, Wanted);
        var byWanted = found[(int)Math.Ceiling(runs * Wanted) - 1];
        Figures.Head(
            $"A/B tests, {First:0 %} against {Second:0 %}, {runs} runs, a check after each outcome, alpha {Alpha} (outcomes of both arms "
                + "together)");
        Figures.Row($"found within {Most:#,0} outcomes             {found.Count / (double)runs * 100:0.0} %");
        Figures.Row($"mean outcomes until it is found         {found.Average():#,0}");
        Figures.Row($"median                                  {found[found.Count / 2]:#,0}");
        Figures.Row($"found in {Wanted * 100:0} % of runs within             {byWanted:#,0}");
        Figures.Row($"fixed-sample test, one check, power {Wanted}  {all:#,0}");
        Figures.Result("decisions.ab.power", found.Count / (double)runs);
        Figures.Result("decisions.ab.wrong-winner", verdicts.Count(verdict => verdict < 0) / (double)runs);
        Figures.Result("decisions.ab.outcomes-mean", found.Average());
        Figures.Result("decisions.ab.outcomes-median", found[found.Count / 2]);
        Figures.Result("decisions.ab.outcomes-for-power-0.9", byWanted);
        Figures.Result("decisions.ab.outcomes-fixed-sample", all);
    }
}
