namespace Progeny.Core.Evaluation;

/// <summary>
/// A sum over predictions and their number. A sum beyond a 64-bit float is infinite and stays so, whatever is added or taken away.
/// </summary>
public readonly record struct MetricFigure(double Sum, long Count)
{
    /// <summary>The mean; null of nothing, infinite where the sum is.</summary>
    public double? Mean => Count == 0 ? null : Sum / Count;

    public static MetricFigure operator +(MetricFigure a, MetricFigure b)
    {
        var sum = a.Sum + b.Sum;
        return new(double.IsNaN(sum) ? double.PositiveInfinity : sum, a.Count + b.Count);
    }
}
