using MathNet.Numerics;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// The evidence that one mean is above another, and intervals for a mean and for a difference, of values of any distribution with a
/// variance: valid at any time, asymptotically, hence only once each arm has <see cref="BurnIn"/> values.
/// </summary>
/// <remarks>
/// Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", 2024: the
/// interval of a mean after t values is μ̂ ± σ̂ √(2 (tρ² + 1) / (t²ρ²) · log(√(tρ² + 1) / α)) (theorem 2.2), with
/// ρ² = (-2 log α + log(-2 log α) + 1) / t* making it narrowest at t* (appendix B.2). The evidence is the mixture behind it, over effects
/// of one sign: 2 (1 + tρ²)^(-1/2) · exp(tρ² z² / (2 (1 + tρ²))) · Φ(z √(tρ² / (1 + tρ²))), z the difference in standard errors.
/// Of two arms, t is 4 n₁ n₂ / (n₁ + n₂): the number of values, where they are equally many.
/// </remarks>
public static class MeanEvidence
{
    /// <summary>The least values of each arm before anything is said.</summary>
    public const int BurnIn = 50;

    /// <summary>The number of values at which intervals are narrowest.</summary>
    private const double Sharpest = 1_000;

    private const double ReferenceAlpha = 0.05;

    private static readonly double Rho2 = Rho2At(Sharpest);

    /// <summary>The e-value for "the second mean is above the first".</summary>
    public static double Of(ArmSums first, ArmSums second)
    {
        if (first.Count < BurnIn || second.Count < BurnIn || Variance(first, second) is not (> 0 and var variance))
            return 1;
        var z = (second.Mean!.Value - first.Mean!.Value) / Math.Sqrt(variance);
        var r = Rho2 * Time(first, second);
        var below = r / (1 + r);
        return 2 / Math.Sqrt(1 + r) * Math.Exp(below * z * z / 2) * SpecialFunctions.Erfc(-z * Math.Sqrt(below / 2)) / 2;
    }

    /// <summary>The interval of the second mean less the first; null: too little is known.</summary>
    public static Interval? Difference(ArmSums first, ArmSums second, double alpha)
    {
        if (first.Count < BurnIn || second.Count < BurnIn)
            return null;
        var width = Math.Sqrt(Variance(first, second)) * Widening(Time(first, second), alpha);
        var difference = second.Mean!.Value - first.Mean!.Value;
        return new Interval(difference - width, difference + width);
    }

    /// <summary>The interval of a mean; null: too little is known.</summary>
    public static Interval? Mean(ArmSums sums, double alpha)
    {
        if (sums.Count < BurnIn)
            return null;
        var width = Math.Sqrt(sums.Variance / sums.Count) * Widening(sums.Count, alpha);
        return new Interval(sums.Mean!.Value - width, sums.Mean!.Value + width);
    }

    /// <summary>How many standard errors the interval reaches to each side.</summary>
    private static double Widening(double time, double alpha)
    {
        var r = Rho2 * time;
        return Math.Sqrt(2 * (r + 1) / r * Math.Log(Math.Sqrt(r + 1) / alpha));
    }

    /// <summary>
    /// The variance of the difference. Of few values a variance is estimated too low more often than too high, the more so the more skewed
    /// they are; the larger of both ways to estimate it makes up for that.
    /// </summary>
    private static double Variance(ArmSums first, ArmSums second)
    {
        var apart = (first.Variance / first.Count) + (second.Variance / second.Count);
        var pooled = ((first.Variance * (first.Count - 1)) + (second.Variance * (second.Count - 1))) / (first.Count + second.Count - 2);
        return Math.Max(apart, pooled * ((1 / first.Count) + (1 / second.Count)));
    }

    private static double Time(ArmSums first, ArmSums second) => 4 * first.Count * second.Count / (first.Count + second.Count);

    private static double Rho2At(double time)
    {
        var log = -2 * Math.Log(ReferenceAlpha);
        return (log + Math.Log(log) + 1) / time;
    }
}
