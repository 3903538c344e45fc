namespace Progeny.Core.Metrics;

/// <summary>A sum over predictions and their number.</summary>
public readonly record struct MetricFigure(double Sum, long Count)
{
    /// <summary>The mean; null of nothing.</summary>
    public double? Mean => Count == 0 ? null : Sum / Count;

    public static MetricFigure operator +(MetricFigure a, MetricFigure b) => new(a.Sum + b.Sum, a.Count + b.Count);
}
