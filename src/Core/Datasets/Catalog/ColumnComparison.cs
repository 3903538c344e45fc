namespace Progeny.Core.Datasets.Catalog;

/// <summary>How a column differs between two tables.</summary>
public sealed record ColumnComparison
{
    public required string Name { get; init; }

    /// <summary>Its type in the earlier table; null: it has no such column.</summary>
    public string? TypeBefore { get; init; }

    /// <summary>Its type in the later table; null: it has no such column.</summary>
    public string? TypeAfter { get; init; }

    /// <summary>The share of rows without a value.</summary>
    public double? NullsBefore { get; init; }

    /// <inheritdoc cref="NullsBefore"/>
    public double? NullsAfter { get; init; }

    /// <summary>The values that differ.</summary>
    public long? DistinctBefore { get; init; }

    /// <inheritdoc cref="DistinctBefore"/>
    public long? DistinctAfter { get; init; }

    /// <summary>The mean of numbers.</summary>
    public double? MeanBefore { get; init; }

    /// <inheritdoc cref="MeanBefore"/>
    public double? MeanAfter { get; init; }

    /// <summary>
    /// How far the distributions are apart, from 0 (the same) to 1: of numbers and times the greatest distance between the two cumulative
    /// distributions (Kolmogorov-Smirnov), read from the quantiles; of others half of the sum of the differences between the shares of the most
    /// frequent values (total variation). Null: there is nothing to compare.
    /// </summary>
    public double? Shift { get; init; }

    internal static ColumnComparison Of(ColumnProfile? before, long rowsBefore, ColumnProfile? after, long rowsAfter) => new()
    {
        Name = (after ?? before)!.Name,
        TypeBefore = before?.Type,
        TypeAfter = after?.Type,
        NullsBefore = Share(before?.Nulls, rowsBefore),
        NullsAfter = Share(after?.Nulls, rowsAfter),
        DistinctBefore = before?.Distinct,
        DistinctAfter = after?.Distinct,
        MeanBefore = before?.Mean,
        MeanAfter = after?.Mean,
        Shift = before is null || after is null ? null
            : before.Quantiles.Count > 1 && after.Quantiles.Count > 1 ? Distance(before.Quantiles, after.Quantiles)
            : before.Top.Count > 0 && after.Top.Count > 0 ? Variation(before, rowsBefore, after, rowsAfter)
            : null,
    };

    private static double? Share(long? count, long rows) => count is { } some && rows > 0 ? (double)some / rows : null;

    private static double Distance(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        var greatest = 0.0;
        foreach (var value in before.Concat(after))
        {
            // Where a value is repeated the distribution has a step, and both of its ends count.
            greatest = Math.Max(greatest, Math.Abs(Below(before, value, isIncluded: true) - Below(after, value, isIncluded: true)));
            greatest = Math.Max(greatest, Math.Abs(Below(before, value, isIncluded: false) - Below(after, value, isIncluded: false)));
        }

        return greatest;
    }

    /// <summary>The share of values below a value, or up to it, between two quantiles in proportion.</summary>
    private static double Below(IReadOnlyList<double> quantiles, double value, bool isIncluded)
    {
        var last = quantiles.Count - 1;
        if (isIncluded ? value >= quantiles[last] : value > quantiles[last])
            return 1;
        var next = 0;
        while (next <= last && (isIncluded ? quantiles[next] <= value : quantiles[next] < value))
            next++;
        if (next == 0)
            return 0;
        var (low, high) = (quantiles[next - 1], quantiles[next]);
        return (next - 1 + (high > low ? (value - low) / (high - low) : 0)) / last;
    }

    private static double Variation(ColumnProfile before, long rowsBefore, ColumnProfile after, long rowsAfter)
    {
        var (old, now) = (Shares(before, rowsBefore), Shares(after, rowsAfter));
        return old.Keys.Union(now.Keys).Sum(value => Math.Abs(old.GetValueOrDefault(value) - now.GetValueOrDefault(value))) / 2;
    }

    private static Dictionary<string, double> Shares(ColumnProfile column, long rows)
    {
        var values = Math.Max(1, rows - column.Nulls);
        return column.Top.ToDictionary(top => top.Value, top => (double)top.Count / values, StringComparer.Ordinal);
    }
}
