using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>
/// The probability of each arm to have the highest mean. Of 0 and 1 the mean is known as a Beta distribution from a uniform prior; of other
/// values as a Student's t distribution about the mean of the sample, with n - 1 degrees of freedom, which is what a flat prior leads to
/// (Gelman et al., "Bayesian Data Analysis", 2013, section 3.2), and with at least the variance that the arms have in common.
/// P(i is best) = ∫ f_i(x) ∏_{j≠i} F_j(x) dx, by the trapezoidal rule over points that lie close where any of the distributions changes.
/// </summary>
public static class BestProbabilities
{
    private const int Points = 97;
    private const double Reach = 6;

    /// <summary>How much farther, in deviations, tails reach at one degree of freedom.</summary>
    private const double Tail = 300;

    /// <returns>
    /// Probabilities with a sum of 1. Of values other than 0 and 1, an arm with too few of them to be compared has an even one.
    /// </returns>
    public static double[] Of(IReadOnlyList<BanditArm> arms)
    {
        if (arms.Count == 1)
            return [1];
        return arms.All(arm => arm.Rewards.IsBinary)
            ? Integrate([.. arms.Select(arm => OfBinary(arm.Rewards))])
            : Untried.Divide(arms, arm => arm.IsTried, rewards =>
            {
                var pooled = PooledVariance.Of(rewards);
                return Integrate([.. rewards.Select(sums => OfNumbers(sums, pooled))]);
            });
    }

    private static double[] Integrate(List<Known> known)
    {
        if (known.Count == 1)
            return [1];
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
        return sum > 0 ? Array.ConvertAll(probabilities, probability => probability / sum) : [.. known.Select(_ => 1d / known.Count)];
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
        {
            var u = (2d * k / (Points - 1)) - 1;
            yield return Math.Clamp(arm.Mean + (arm.Deviation * ((Reach * u) + (arm.Tail * Math.Pow(u, 7)))), arm.Least, arm.Most);
        }
    }

    private static Known OfBinary(ArmSums sums)
    {
        var (a, b) = (1 + Math.Max(0, sums.Sum), 1 + Math.Max(0, sums.Count - sums.Sum));
        return new Known(
            a / (a + b),
            Math.Sqrt(a * b / ((a + b) * (a + b) * (a + b + 1))),
            0,
            0,
            1,
            x => x <= 0 ? 0 : x >= 1 ? 1 : SpecialFunctions.BetaRegularized(a, b, x));
    }

    private static Known OfNumbers(ArmSums sums, double pooled)
    {
        var mean = sums.Mean!.Value;
        var deviation = Math.Max(Math.Sqrt(Math.Max(sums.Variance, pooled) / sums.Count), Math.Max(1e-12, Math.Abs(mean) * 1e-12));
        var freedom = Math.Max(1, sums.Count - 1);
        return new Known(mean, deviation, Tail / freedom, double.MinValue, double.MaxValue, x => StudentT.CDF(mean, deviation, freedom, x));
    }

    private sealed record Known(double Mean, double Deviation, double Tail, double Least, double Most, Func<double, double> Below);
}
