using System.Collections.Immutable;

namespace Progeny.Abstractions.Experiments;

/// <summary>
/// The values of an arm by clusters of entities: each entity is in one of them, drawn by a hash, so that what entities differ by shows
/// between clusters.
/// </summary>
/// <param name="Counts">How many values, by cluster.</param>
/// <param name="Sums">Their sums.</param>
[GenerateSerializer, Immutable, Alias("progeny.cluster-sums")]
public sealed record ClusterSums([property: Id(0)] ImmutableArray<double> Counts, [property: Id(1)] ImmutableArray<double> Sums)
{
    /// <summary>How many clusters there are.</summary>
    public const int Number = 64;

    /// <summary>Of nothing.</summary>
    public static ClusterSums None { get; } = new([.. new double[Number]], [.. new double[Number]]);

    /// <summary>With a value more, or, with a sign of -1, less.</summary>
    public ClusterSums Add(int cluster, double value, int sign) =>
        new(Counts.SetItem(cluster, Counts[cluster] + sign), Sums.SetItem(cluster, Sums[cluster] + (sign * value)));

    /// <summary>With everything counting less.</summary>
    public ClusterSums Scale(double factor) => new([.. Counts.Select(count => count * factor)], [.. Sums.Select(sum => sum * factor)]);
}
