using MathNet.Numerics;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// The evidence that one proportion is above another: an e-process, so that checking at any time, any number of times, is allowed, and
/// stopping at a value of 1/α is wrong with a probability of at most α. It depends on the four counts only, whatever order they came in.
/// </summary>
/// <remarks>
/// <para>
/// For proportions θa &lt; θb and a probability q that a trial is the second arm's, the ratio p(y; θx) / p(y; θ0) with
/// θ0 = (1 - q) θa + q θb has an expectation of at most 1 whenever the second arm's proportion is not above the first one's: it is the
/// e-variable of Turner, Ly and Grünwald ("Generic E-variables for exact sequential k-sample tests that allow for optional stopping",
/// 2024, theorem 1) for blocks of one trial whose arm is drawn. The proof uses the draw alone: proportions may move with time, as long as
/// they move alike for both arms. The products for all θ of a grid, mixed with fixed weights, are an e-process again (Robbins' method of
/// mixtures).
/// </para>
/// <para>
/// q is not taken from the plan, for outcomes of one arm may be missing more often: the least value over all q bounds the one of the true
/// q from below, so the guarantee holds for whatever constant q is true.
/// </para>
/// </remarks>
public static class ProportionEvidence
{
    private const double MinEffect = 0.05;
    private const double EffectRatio = 1.5;
    private const int Effects = 12;
    private const int MaxLogit = 6;

    /// <summary>Below this, the value at the observed q is as good as the least over all q: nobody decides by it.</summary>
    private const double Telling = 4;

    private const double SearchWidth = 2;
    private const int SearchSteps = 24;

    private static readonly double GoldenRatio = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The grid: θ of both arms, their logarithms, and the logarithm of the weight.</summary>
    private static readonly Point[] Grid = MakeGrid();

    /// <summary>The e-value for "the second proportion is above the first".</summary>
    /// <param name="firstHits">Ones of the first arm.</param>
    /// <param name="firstTrials">Its ones and zeros.</param>
    /// <param name="secondHits">Ones of the second arm.</param>
    /// <param name="secondTrials">Its ones and zeros.</param>
    public static double Of(double firstHits, double firstTrials, double secondHits, double secondTrials)
    {
        if (firstTrials <= 0 || secondTrials <= 0)
            return 1;
        var counts = new Counts(firstHits, firstTrials - firstHits, secondHits, secondTrials - secondHits);
        var share = SpecialFunctions.Logit(secondTrials / (firstTrials + secondTrials));
        var observed = LogAt(counts, share);
        return Math.Exp(observed < Math.Log(Telling) ? observed : Math.Min(observed, Least(counts, share)));
    }

    private static double Least(Counts counts, double around)
    {
        var (from, to) = (around - SearchWidth, around + SearchWidth);
        var (left, right) = (to - (GoldenRatio * (to - from)), from + (GoldenRatio * (to - from)));
        var (atLeft, atRight) = (LogAt(counts, left), LogAt(counts, right));
        for (var i = 0; i < SearchSteps; i++)
        {
            if (atLeft < atRight)
            {
                (to, right, atRight) = (right, left, atLeft);
                left = to - (GoldenRatio * (to - from));
                atLeft = LogAt(counts, left);
            }
            else
            {
                (from, left, atLeft) = (left, right, atRight);
                right = from + (GoldenRatio * (to - from));
                atRight = LogAt(counts, right);
            }
        }

        return Math.Min(atLeft, atRight);
    }

    /// <summary>The logarithm of the mixture, for one q.</summary>
    private static double LogAt(Counts counts, double logitOfShare)
    {
        var q = SpecialFunctions.Logistic(logitOfShare);
        var (ones, zeros) = (counts.FirstOnes + counts.SecondOnes, counts.FirstZeros + counts.SecondZeros);
        Span<double> logs = stackalloc double[Grid.Length];
        var most = double.NegativeInfinity;
        for (var i = 0; i < Grid.Length; i++)
        {
            ref readonly var point = ref Grid[i];
            var pooled = point.First + (q * (point.Second - point.First));
            var log = point.LogWeight
                + (counts.FirstOnes * point.LogFirst) + (counts.FirstZeros * point.LogNotFirst)
                + (counts.SecondOnes * point.LogSecond) + (counts.SecondZeros * point.LogNotSecond)
                - (ones * Math.Log(pooled)) - (zeros * Math.Log(1 - pooled));
            logs[i] = log;
            most = Math.Max(most, log);
        }

        var sum = 0d;
        foreach (var log in logs)
            sum += Math.Exp(log - most);
        return most + Math.Log(sum);
    }

    /// <summary>
    /// Pairs by the logit of their middle, in whole steps, and their log odds ratio, in equal ratios: finer steps gain nothing, for the
    /// value of a pair falls off slowly. Jeffreys' weights for the middle; every ratio weighs the same.
    /// </summary>
    private static Point[] MakeGrid()
    {
        var points = new List<Point>();
        for (var logit = -MaxLogit; logit <= MaxLogit; logit++)
        {
            var middle = SpecialFunctions.Logistic(logit);
            for (var i = 0; i < Effects; i++)
            {
                var effect = MinEffect * Math.Pow(EffectRatio, i);
                var (first, second) = (SpecialFunctions.Logistic(logit - (effect / 2)), SpecialFunctions.Logistic(logit + (effect / 2)));
                points.Add(
                    new Point(
                        first,
                        second,
                        Math.Log(first),
                        Math.Log(1 - first),
                        Math.Log(second),
                        Math.Log(1 - second),
                        Math.Sqrt(middle * (1 - middle))));
            }
        }

        var total = points.Sum(point => point.LogWeight);
        return [.. points.Select(point => point with { LogWeight = Math.Log(point.LogWeight / total) })];
    }

    private readonly record struct Counts(double FirstOnes, double FirstZeros, double SecondOnes, double SecondZeros);

    private readonly record struct Point(
        double First, double Second, double LogFirst, double LogNotFirst, double LogSecond, double LogNotSecond, double LogWeight);
}
