using MathNet.Numerics.Distributions;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>
/// A mean of values that come in clusters, such as the queries of an entity, which are alike: an interval over as many independent values
/// would be too narrow.
/// </summary>
/// <remarks>
/// The cluster-robust variance of a mean, G / (G - 1) · Σ (Sₖ - d̄ nₖ)² / n², and Student's t with G - 1 degrees of freedom (Cameron and
/// Miller, "A Practitioner's Guide to Cluster-Robust Inference", Journal of Human Resources 50, 2015, sections II and VI). It is for one
/// look at values that are all there. Clusters beyond the number of places share one, and are then one cluster: that costs a little
/// sharpness, and no validity.
/// </remarks>
/// <param name="places">The bound on memory: so many clusters are told apart.</param>
public sealed class ClusteredMean(int places)
{
    private readonly double[] _sums = new double[places];
    private readonly long[] _counts = new long[places];
    private double _sum;

    /// <summary>The number of values.</summary>
    public long Count { get; private set; }

    /// <summary>The number of clusters with values.</summary>
    public int Clusters { get; private set; }

    /// <summary>The mean; null: there is no value.</summary>
    public double? Mean => Count == 0 ? null : _sum / Count;

    /// <summary>Adds a value.</summary>
    /// <param name="cluster">A hash of what the value belongs to.</param>
    public void Add(ulong cluster, double value)
    {
        var place = (int)(cluster % (ulong)places);
        if (_counts[place]++ == 0)
            Clusters++;
        _sums[place] += value;
        _sum += value;
        Count++;
    }

    /// <summary>The interval of the mean at 1 - alpha; null: there are fewer than <see cref="DesignEffect.MinClusters"/>.</summary>
    public Interval? IntervalAt(double alpha)
    {
        if (Clusters < DesignEffect.MinClusters || Mean is not { } mean)
            return null;
        var squares = 0.0;
        for (var place = 0; place < places; place++)
        {
            var off = _sums[place] - (mean * _counts[place]);
            squares += off * off;
        }

        var error = Math.Sqrt(squares * Clusters / (Clusters - 1)) / Count;
        var width = StudentT.InvCDF(0, 1, Clusters - 1, 1 - (alpha / 2)) * error;
        return new Interval(mean - width, mean + width);
    }
}
