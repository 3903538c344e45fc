namespace Progeny.Core.Metrics;

/// <summary>Two samples of one column, counted in common cells. Missing values are the first cell; numbers follow in their order.</summary>
public sealed class ColumnPair
{
    /// <summary>Into how many bins of about equal shares in the reference the stability index parts numbers, and the most categories it tells apart.</summary>
    private const int NumberBins = 10;
    private const int CategoryBins = 20;

    private ColumnPair(bool isOrdered, IReadOnlyList<(long Reference, long Window)> cells) => (IsOrdered, Cells) = (isOrdered, cells);

    /// <summary>Whether the cells have an order: numbers.</summary>
    public bool IsOrdered { get; }

    /// <summary>The counts of both; of categories the most frequent of the reference first, and last those that one of both does not know by name.</summary>
    public IReadOnlyList<(long Reference, long Window)> Cells { get; }

    /// <summary>Brings two distributions to common cells.</summary>
    public static ColumnPair Of(ColumnDistribution reference, ColumnDistribution window)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(window);
        var missing = (reference.Missing, window.Missing);
        if (reference.Categories.Count + window.Categories.Count == 0)
            return new(true, [missing, .. ValueHistogram.Align(reference.Numbers, window.Numbers)]);
        var (named, rest) = CategoryHistogram.Align(reference.Categories, window.Categories);

        // A column is of one type; what is of another all the same is among the rest.
        rest = (rest.First + reference.Numbers.Count, rest.Second + window.Numbers.Count);
        return new(false, [missing, .. named.Select(category => (category.First, category.Second)), rest]);
    }

    /// <summary>
    /// The population stability index Σ (q − p) ln (q / p) over bins with the shares p of the reference and q of the window. Half a count is
    /// added to each bin of both, so that an empty one makes it great and not infinite.
    /// </summary>
    /// <remarks>The symmetric Kullback–Leibler divergence: S. Kullback and R. A. Leibler, "On information and sufficiency", 1951, equation 2.6.</remarks>
    public double Psi()
    {
        const double Half = 0.5;
        var bins = (IsOrdered ? BinsOfNumbers() : BinsOfCategories()).Where(bin => bin.Reference + bin.Window > 0).ToList();
        var (reference, window) = (bins.Sum(bin => bin.Reference) + (bins.Count * Half), bins.Sum(bin => bin.Window) + (bins.Count * Half));
        return bins.Sum(bin =>
        {
            var (p, q) = ((bin.Reference + Half) / reference, (bin.Window + Half) / window);
            return (q - p) * Math.Log(q / p);
        });
    }

    private List<(long Reference, long Window)> BinsOfNumbers()
    {
        // The missing are a bin of their own; another one is full where a further tenth of the reference is.
        var bins = new List<(long Reference, long Window)> { Cells[0] };
        var total = Cells.Skip(1).Sum(cell => cell.Reference);
        var (seen, tenths, current) = (0L, 1L, (Reference: 0L, Window: 0L));
        foreach (var (reference, window) in Cells.Skip(1))
        {
            current = (current.Reference + reference, current.Window + window);
            seen += reference;
            if (total == 0 || seen == total || seen * NumberBins < total * tenths)
                continue;
            bins.Add(current);
            current = default;
            tenths = (seen * NumberBins / total) + 1;
        }

        bins.Add(current);
        return bins;
    }

    private List<(long Reference, long Window)> BinsOfCategories()
    {
        var bins = Cells.Take(1 + CategoryBins).ToList();
        bins.Add((Cells.Skip(1 + CategoryBins).Sum(cell => cell.Reference), Cells.Skip(1 + CategoryBins).Sum(cell => cell.Window)));
        return bins;
    }
}
