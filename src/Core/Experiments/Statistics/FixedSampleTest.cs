using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// The usual test of two proportions, which may be checked once only, after a number of outcomes fixed before: what sequential tests are
/// held to.
/// </summary>
public static class FixedSampleTest
{
    /// <summary>
    /// The outcomes of each arm that find a difference with a power (Fleiss, Levin and Paik, "Statistical Methods for Rates and
    /// Proportions", 2003, eq. 4.14).
    /// </summary>
    public static int OutcomesOfEachArm(double first, double second, double alpha, double power)
    {
        var middle = (first + second) / 2;
        var root = (Normal.InvCDF(0, 1, 1 - (alpha / 2)) * Math.Sqrt(2 * middle * (1 - middle)))
            + (Normal.InvCDF(0, 1, power) * Math.Sqrt((first * (1 - first)) + (second * (1 - second))));
        return (int)Math.Ceiling(root * root / ((first - second) * (first - second)));
    }

    /// <summary>The two-sided p-value of the z-test with a pooled variance.</summary>
    public static double PValue(double firstHits, double firstTrials, double secondHits, double secondTrials)
    {
        var pooled = (firstHits + secondHits) / (firstTrials + secondTrials);
        var error = Math.Sqrt(pooled * (1 - pooled) * ((1 / firstTrials) + (1 / secondTrials)));
        return error == 0
            ? 1
            : SpecialFunctions.Erfc(Math.Abs((secondHits / secondTrials) - (firstHits / firstTrials)) / error / Math.Sqrt(2));
    }
}
