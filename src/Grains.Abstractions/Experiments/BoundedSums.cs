using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Progeny.Abstractions.Experiments;

/// <summary>
/// The values of an arm, each brought into 0 to 1 by several fixed transforms: what an exact test of values without a bound compares. Each
/// transform rises with the value, or falls, and never turns.
/// </summary>
/// <remarks>
/// The first is (1 - exp(-x))² of what is above 0: of a log loss of two classes it is the Brier score. Then, for each of
/// <see cref="Scales"/>, x² / (x² + s²) of what is above 0; then, for each, the same of what is below 0, so that it falls with the value.
/// </remarks>
/// <param name="Sums">The sum of each transform, in this order.</param>
[GenerateSerializer, Immutable, Alias("progeny.bounded-sums")]
public sealed record BoundedSums([property: Id(0)] ImmutableArray<double> Sums)
{
    private const double FirstScale = 1e-8;
    private const double ScaleRatio = 10;

    /// <summary>The number of scales.</summary>
    public const int ScaleCount = 21;

    /// <summary>The index of the first transform of values above 0.</summary>
    public const int FirstPositive = 1;

    /// <summary>The index of the first transform of values below 0, which fall with the value.</summary>
    public const int FirstNegative = FirstPositive + ScaleCount;

    /// <summary>The number of transforms.</summary>
    public const int Count = FirstNegative + ScaleCount;

    /// <summary>Fixed scales, 10⁻⁸ to 10¹²: one is near the size of the values, whatever unit these have.</summary>
    public static ImmutableArray<double> Scales { get; } = [
        .. Enumerable.Range(0, ScaleCount).Select(i => FirstScale * Math.Pow(ScaleRatio, i)),
    ];

    /// <summary>Of nothing.</summary>
    public static BoundedSums None { get; } = new([.. new double[Count]]);

    /// <summary>With a value more, or, with a sign of -1, less.</summary>
    public BoundedSums Add(double value, int sign)
    {
        var next = Sums.ToArray();
        var size = Math.Abs(value);
        if (value > 0)
            next[0] += sign * Math.Pow(1 - Math.Exp(-size), 2);
        var first = value < 0 ? FirstNegative : FirstPositive;
        for (var i = 0; size > 0 && i < ScaleCount; i++)
            next[first + i] += sign * (1 / (1 + (Scales[i] / size * (Scales[i] / size))));
        return new(ImmutableCollectionsMarshal.AsImmutableArray(next));
    }

    /// <summary>With everything counting less.</summary>
    public BoundedSums Scale(double factor) => new([.. Sums.Select(sum => sum * factor)]);
}
