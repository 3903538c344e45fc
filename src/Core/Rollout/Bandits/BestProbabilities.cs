using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Bandits;

/// <summary>
/// The probability of each arm to have the highest mean. Of 0 and 1 the mean is known as a Beta distribution from a uniform prior; of other
/// values as a normal distribution about the mean of the sample. P(i is best) = ∫ f_i(x) ∏_{j≠i} F_j(x) dx, by the trapezoidal rule over
/// points that lie close where any of the distributions changes.
/// </summary>
public static class BestProbabilities
{
    private const int Points = 97;
    private const double Reach = 6;

    /// <param name="rewards">The more the better; arms with too few values to compare share equally what is not known.</param>
    /// <returns>Probabilities with a sum of 1.</returns>
    public static double[] Of(IReadOnlyList<ArmSums> rewards)
    {
        if (rewards.Count == 1)
            return [1];
        var isBinary = rewards.All(arm => arm.IsBinary);
        if (!isBinary && Untried.Shares(rewards) is { } first)
            return first;
        List<Known> known = [.. rewards.Select(arm => isBinary ? OfBinary(arm) : OfNumbers(arm))];
        double[] grid = [.. known.SelectMany(PointsOf).Distinct().Order()];
        double[][] below = [.. known.Select(arm => Array.ConvertAll(grid, x => arm.Below(x)))];
        var probabilities = new double[known.Count];
        for (var i = 0; i < probabilities.Length; i++)
        {
            var before = Others(below, i, 0);
            for (var k = 1; k < grid.Length; k++)
            {
                var here = Others(below, i, k);
                probabilities[i] += (below[i][k] - below[i][k - 1]) * (before + here) / 2;
                before = here;
            }
        }

        var sum = probabilities.Sum();
        return sum > 0 ? Array.ConvertAll(probabilities, probability => probability / sum) : [.. rewards.Select(_ => 1d / rewards.Count)];
    }

    private static double Others(double[][] below, int except, int point)
    {
        var product = 1d;
        for (var j = 0; j < below.Length; j++)
            product *= j == except ? 1 : below[j][point];
        return product;
    }

    private static IEnumerable<double> PointsOf(Known arm)
    {
        for (var k = 0; k < Points; k++)
            yield return Math.Clamp(arm.Mean + (arm.Deviation * Reach * ((2d * k / (Points - 1)) - 1)), arm.Least, arm.Most);
    }

    private static Known OfBinary(ArmSums sums)
    {
        var (a, b) = (1 + Math.Max(0, sums.Sum), 1 + Math.Max(0, sums.Count - sums.Sum));
        return new Known(a / (a + b), Math.Sqrt(a * b / ((a + b) * (a + b) * (a + b + 1))), 0, 1, x => x <= 0 ? 0 : x >= 1 ? 1 : SpecialFunctions.BetaRegularized(a, b, x));
    }

    private static Known OfNumbers(ArmSums sums)
    {
        var mean = sums.Mean!.Value;
        var deviation = Math.Max(Math.Sqrt(sums.Variance / sums.Count), Math.Max(1e-12, Math.Abs(mean) * 1e-12));
        return new Known(mean, deviation, double.MinValue, double.MaxValue, x => Normal.CDF(mean, deviation, x));
    }

    private sealed record Known(double Mean, double Deviation, double Least, double Most, Func<double, double> Below);
}
