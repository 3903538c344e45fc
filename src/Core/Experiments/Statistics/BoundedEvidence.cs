using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// The evidence that the values of one arm lie above those of another, of values without a bound and from the first one on: an e-process,
/// exact whatever the distribution is. It finds what is far worse after a few values.
/// </summary>
/// <remarks>
/// <para>
/// Nothing exact can be said of the mean of values without a bound (Bahadur and Savage, "The nonexistence of certain statistical procedures
/// in nonparametric problems", 1956). So each value x is brought into 0 to 1 by a transform u that is fixed in advance and rises with x
/// (<see cref="BoundedSums"/>), and the means of u are compared. For a value u in 0 to 1 with the mean θ,
/// E[a^u b^(1-u)] ≤ θ a + (1 - θ) b, because the power is convex in u (Hoeffding, "Probability inequalities for sums of bounded random
/// variables", 1963, section 4): a test martingale of 0 and 1 bets on such values as well (Waudby-Smith and Ramdas, "Estimating means of
/// bounded random variables by betting", 2024). So <see cref="ProportionEvidence"/> takes the sums of u for its counts of ones.
/// </para>
/// <para>
/// The value is the mean of the e-values of all transforms with fixed weights, which is one again. It is exact for the hypothesis that no
/// transform's mean is above the other arm's: that both arms are alike, or the second one's values stochastically less.
/// A mean can be less although a transform's is more: of an arm whose rare values are far smaller. So evidence counts only while the mean
/// of the values themselves points the same way, and <see cref="Comparison"/> asks for it only until the means can be compared.
/// </para>
/// </remarks>
public static class BoundedEvidence
{
    private const double FirstWeight = 0.5;
    private const double PositiveWeight = 0.45 / BoundedSums.ScaleCount;
    private const double NegativeWeight = 0.05 / BoundedSums.ScaleCount;

    /// <summary>The e-value for "the second one's values are above the first one's", of arms that different queries met.</summary>
    public static double Of(ArmSums first, ArmSums second) => Of(first, second, 1);

    /// <summary>
    /// The same of arms that answered the same queries. Each outcome counts half: with E[f] ≤ 1 and E[g] ≤ 1 for the bets on both values of
    /// one query, E[√(f g)] ≤ 1 however the two depend on each other (Cauchy and Schwarz).
    /// </summary>
    public static double OfSameQueries(ArmSums first, ArmSums second) => Of(first, second, 0.5);

    /// <summary>
    /// Whether the second one's values are above the first one's by intervals that do not meet, each valid at any time. Unlike evidence it
    /// does not need shares that stay as they are, as long as the values of an arm keep their mean: bandits ask for it.
    /// </summary>
    /// <param name="firstAlpha">The probability that any of the first one's intervals is ever wrong.</param>
    /// <param name="secondAlpha">The same of the second one.</param>
    public static bool IsAbove(ArmSums first, double firstAlpha, ArmSums second, double secondAlpha)
    {
        if (!(second.Mean > first.Mean))
            return false;
        var (one, other) = (Scaled(first, 1), Scaled(second, 1));
        return Transforms(first, second).Any(transform =>
        {
            var its = ProportionInterval.Of(transform.First * one.Factor, one.Count, firstAlpha * transform.Weight);
            var others = ProportionInterval.Of(transform.Second * other.Factor, other.Count, secondAlpha * transform.Weight);
            return transform.Falls ? others.High < its.Low : its.High < others.Low;
        });
    }

    private static double Of(ArmSums first, ArmSums second, double part)
    {
        if (!(second.Mean > first.Mean))
            return 1;
        var (one, other) = (Scaled(first, part), Scaled(second, part));
        return Transforms(first, second).Sum(transform =>
        {
            var (firstHits, secondHits) = (transform.First * one.Factor, transform.Second * other.Factor);
            // What points the other way is below 1: 0 in its place is less still, and costs nothing.
            return transform.Falls == (secondHits * one.Count > firstHits * other.Count) ? 0
                : transform.Weight * (transform.Falls
                    ? ProportionEvidence.Of(secondHits, other.Count, firstHits, one.Count)
                    : ProportionEvidence.Of(firstHits, one.Count, secondHits, other.Count));
        });
    }

    /// <summary>How much each value counts, and how many there are then.</summary>
    private static (double Factor, double Count) Scaled(ArmSums sums, double part)
    {
        var factor = part / DesignEffect.Most(sums);
        return (factor, sums.Count * factor);
    }

    /// <summary>The sums of both arms by transform. Values of 0 and 1 are what they are.</summary>
    private static IEnumerable<(double Weight, bool Falls, double First, double Second)> Transforms(ArmSums first, ArmSums second)
    {
        if (first.IsBinary && second.IsBinary)
        {
            yield return (1, false, first.Sum, second.Sum);
            yield break;
        }

        if (first.Bounded is not { } of || second.Bounded is not { } so)
            yield break;
        for (var i = 0; i < BoundedSums.Count; i++)
        {
            var weight = i == 0 ? FirstWeight : i < BoundedSums.FirstNegative ? PositiveWeight : NegativeWeight;
            yield return (weight, i >= BoundedSums.FirstNegative, Within(of.Sums[i], first.Count), Within(so.Sums[i], second.Count));
        }

        // Corrections leave what rounding leaves.
        static double Within(double sum, double count) => Math.Clamp(sum, 0, count);
    }
}
