using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// What is lost where an entity always meets the same arm: its outcomes are alike, and many of them tell less than as many of different
/// entities. Outcomes count that much less.
/// </summary>
/// <remarks>
/// The design effect of a mean over clusters (Kish, "Survey Sampling", 1965, chapters 5 and 8): the variance of the mean as a ratio over
/// the clusters, beside the one of as many independent values. Evidence is reckoned of the effective numbers, counts divided by it. It is
/// estimated, so what is valid at any time of independent outcomes is so approximately here; bench/decisions simulates it.
/// </remarks>
public static class DesignEffect
{
    /// <summary>Below this number of clusters with values nothing is said: the variance between so few is a guess.</summary>
    public const int MinClusters = 10;

    /// <summary>The effect, 1 or more; null: the values are of too few entities to know it.</summary>
    public static double? Of(ArmSums sums)
    {
        if (sums.Clusters is not { } clusters)
            return 1;
        double count = clusters.Counts.Sum(), known = clusters.Counts.Count(own => own > 0);
        if (known < MinClusters)
            return null;
        var mean = clusters.Sums.Sum() / count;
        var within = count * sums.Variance;
        if (within <= 0)
            return Math.Max(1, count / known);
        var between = clusters.Sums.Zip(clusters.Counts, (sum, own) => sum - (mean * own)).Sum(off => off * off) * known / (known - 1);
        return Math.Max(1, between / within);
    }

    /// <summary>
    /// The effect where all values of a cluster are the same, which is the most it can be: n / n' with Kish's effective sample size
    /// n' = n² / Σ nₖ², nₖ the values of a cluster. It needs no variance.
    /// </summary>
    public static double Most(ArmSums sums) =>
        sums.Clusters is { } clusters && clusters.Counts.Sum() is > 0 and var count
            ? Math.Max(1, clusters.Counts.Sum(own => own * own) / count)
            : 1;

    /// <summary>As many independent values as tell the same; null: the values are of too few entities.</summary>
    public static ArmSums? Effective(ArmSums sums) => Of(sums) is { } effect ? (sums with { Clusters = null }).Scale(1 / effect) : null;
}
