namespace Progeny.Abstractions.Experiments;

/// <summary>
/// A metric over the predictions of an arm: all that its statistics need, whatever order outcomes and corrections come in.
/// </summary>
/// <param name="Count">How many values; with a discount, what they count by now.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Squares">The sum of their squares.</param>
/// <param name="Others">How many of them are neither 0 nor 1.</param>
[GenerateSerializer, Immutable, Alias("progeny.arm-sums")]
public sealed record ArmSums(
    [property: Id(0)] double Count, [property: Id(1)] double Sum, [property: Id(2)] double Squares, [property: Id(3)] double Others)
{
    /// <summary>Of nothing.</summary>
    public static ArmSums None { get; } = new(0, 0, 0, 0);

    /// <summary>The same values by clusters of entities; null: each query was drawn by itself, or has no entity.</summary>
    [Id(4)] public ClusterSums? Clusters { get; init; }

    /// <summary>The same values brought into 0 to 1; null: of nothing, or turned round.</summary>
    [Id(5)] public BoundedSums? Bounded { get; init; }

    /// <summary>The mean; null of nothing.</summary>
    public double? Mean => Count > 0 ? Sum / Count : null;

    /// <summary>Whether all values are 0 or 1.</summary>
    public bool IsBinary => Others == 0;

    /// <summary>The variance, without bias; 0 of fewer than two values.</summary>
    public double Variance => Count > 1 ? Math.Max(0, (Squares - (Sum * Sum / Count)) / (Count - 1)) : 0;

    /// <summary>With a value more, or, with a sign of -1, less.</summary>
    /// <param name="cluster">The cluster of its entity; null: none.</param>
    public ArmSums Add(double value, int sign = 1, int? cluster = null) =>
        new(Count + sign, Sum + (sign * value), Squares + (sign * value * value), Others + (value is 0 or 1 ? 0 : sign))
        {
            Clusters = cluster is { } own ? (Clusters ?? ClusterSums.None).Add(own, value, sign) : Clusters,
            Bounded = (Bounded ?? BoundedSums.None).Add(value, sign),
        };

    /// <summary>With everything counting less.</summary>
    public ArmSums Scale(double factor) => factor == 1
        ? this
        : new ArmSums(
            Count * factor,
            Sum * factor,
            Squares * factor,
            Others * factor) { Clusters = Clusters?.Scale(factor), Bounded = Bounded?.Scale(factor) };

    /// <summary>The same with each value turned round, so that less is better where more was: 1 - x of yes and no, else -x.</summary>
    public ArmSums Turn(bool isBinary) =>
        isBinary ? new ArmSums(Count, Count - Sum, Count - Sum, 0) : new ArmSums(Count, -Sum, Squares, Others);
}
