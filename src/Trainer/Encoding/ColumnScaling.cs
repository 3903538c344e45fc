namespace Progeny.Trainer.Encoding;

/// <summary>
/// What the linear booster gets instead of a column x: (x or, where missing, <see cref="Fill"/>, minus <see cref="Offset"/>) times
/// <see cref="Scale"/>. One number an encoded column.
/// </summary>
public sealed record ColumnScaling
{
    /// <summary>The column's mean, for a missing value.</summary>
    public required float[] Fill { get; init; }

    /// <summary>The column's mean; 0 for a one-hot column.</summary>
    public required float[] Offset { get; init; }

    /// <summary>1 over the column's standard deviation; 1 for a constant and for a one-hot column.</summary>
    public required float[] Scale { get; init; }

    /// <summary>Learns the scaling of encoded rows.</summary>
    public static ColumnScaling Fit(ReadOnlySpan<float> values, IReadOnlyList<bool> standardize)
    {
        var columns = standardize.Count;
        var count = new long[columns];
        var mean = new double[columns];
        var squares = new double[columns];
        // Welford's update: exact enough for means far from zero, in one pass.
        for (var i = 0; i < values.Length; i++)
        {
            var column = i % columns;
            if (!standardize[column] || float.IsNaN(values[i]))
                continue;
            var delta = values[i] - mean[column];
            mean[column] += delta / ++count[column];
            squares[column] += delta * (values[i] - mean[column]);
        }
        return new ColumnScaling
        {
            Fill = [.. mean.Select(m => (float)m)],
            Offset = [.. mean.Select(m => (float)m)],
            Scale = [
                .. squares.Select((s, c) => s > 0 && (float)Math.Sqrt(count[c] / s) is var scale && float.IsFinite(scale) ? scale : 1),
            ],
        };
    }

    /// <summary>Scales encoded rows in place, in 32 bits as the graph does.</summary>
    public void Apply(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var column = i % Fill.Length;
            var value = float.IsNaN(values[i]) ? Fill[column] : values[i];
            values[i] = (value - Offset[column]) * Scale[column];
        }
    }
}
