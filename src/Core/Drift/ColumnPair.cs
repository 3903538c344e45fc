namespace Progeny.Core.Drift;

/// <summary>Two samples of one column, counted in common cells. Missing values are the first cell; numbers follow in their order.</summary>
public sealed class ColumnPair
{
    /// <summary>
    /// Into how many bins of about equal shares in the reference the stability index parts numbers, and the most categories it tells apart.
    /// </summary>
    private const int NumberBins = 10;
    private const int CategoryBins = 20;

    private ColumnPair(bool isOrdered, IReadOnlyList<(long Reference, long Window)> cells) => (IsOrdered, Cells) = (isOrdered, cells);

    /// <summary>Whether the cells have an order: numbers.</summary>
    public bool IsOrdered { get; }

    /// <summary>
    /// The counts of both; of categories the most frequent of the reference first, and last those that one of both does not know by name.
    /// </summary>
    public IReadOnlyList<(long Reference, long Window)> Cells { get; }

    /// <summary>
    /// How many numbers of the window lie below the least or above the greatest one of the reference, and how many numbers both have. As
    /// seen through cells: never more than there are.
    /// </summary>
    public (long Outside, long Window, long Reference) OutsideRange()
    {
        if (!IsOrdered)
            return default;
        var numbers = Cells.Skip(1).ToList();
        var (first, last) = (numbers.FindIndex(cell => cell.Reference > 0), numbers.FindLastIndex(cell => cell.Reference > 0));
        var outside = first < 0 ? 0 : numbers.Take(first).Concat(numbers.Skip(last + 1)).Sum(cell => cell.Window);
        return (outside, numbers.Sum(cell => cell.Window), numbers.Sum(cell => cell.Reference));
    }

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
    /// The population stability index Σ (q − p) ln (q / p) over bins with the shares p of the reference and q of the window. Half a count
    /// is added to each bin of both, so that an empty one makes it great and not infinite.
    /// </summary>
    /// <remarks>
    /// The symmetric Kullback–Leibler divergence: S. Kullback and R. A. Leibler, "On information and sufficiency", 1951, equation 2.6.
    /// </remarks>
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

    /// <summary>
    /// The missing are a bin of their own, as are the values below the least and above the greatest of the reference. Between these a bin
    /// is full where a further tenth of the reference is; a cell with a tenth by itself is one, so that what lies between two such values
    /// and was never seen is apart from both. Of few different values each is a bin.
    /// </summary>
    private List<(long Reference, long Window)> BinsOfNumbers()
    {
        var bins = new List<(long Reference, long Window)> { Cells[0] };
        var numbers = Cells.Skip(1).ToList();
        var (first, last) = (numbers.FindIndex(cell => cell.Reference > 0), numbers.FindLastIndex(cell => cell.Reference > 0));
        if (first < 0)
            return [.. bins, Sum(numbers)];
        bins.Add(Sum(numbers.Take(first)));
        bins.Add(Sum(numbers.Skip(last + 1)));
        numbers = numbers[first..(last + 1)];
        var total = numbers.Sum(cell => cell.Reference);
        var isFew = numbers.Count(cell => cell.Reference > 0) <= NumberBins;
        var (seen, tenths, current) = (0L, 1L, (Reference: 0L, Window: 0L));
        foreach (var cell in numbers)
        {
            if (cell.Reference > 0 && (isFew || cell.Reference * NumberBins >= total))
            {
                bins.Add(current);
                current = default;
            }

            current = (current.Reference + cell.Reference, current.Window + cell.Window);
            seen += cell.Reference;
            if (cell.Reference == 0 || (!isFew && seen * NumberBins < total * tenths))
                continue;
            bins.Add(current);
            current = default;
            tenths = (seen * NumberBins / total) + 1;
        }

        bins.Add(current);
        return bins;

        static (long Reference, long Window) Sum(IEnumerable<(long Reference, long Window)> cells) =>
            cells.Aggregate((Reference: 0L, Window: 0L), (sum, cell) => (sum.Reference + cell.Reference, sum.Window + cell.Window));
    }

    /// <summary>Categories that the reference does not know are a bin of their own.</summary>
    private List<(long Reference, long Window)> BinsOfCategories()
    {
        var known = Cells.Take(1).Concat(Cells.Skip(1).SkipLast(1).Where(cell => cell.Reference > 0)).ToList();
        var bins = known.Take(1 + CategoryBins).ToList();
        var rest = known.Skip(1 + CategoryBins).Append(Cells[^1]).ToList();
        bins.Add((rest.Sum(cell => cell.Reference), rest.Sum(cell => cell.Window)));
        bins.Add((0, Cells.Skip(1).SkipLast(1).Where(cell => cell.Reference == 0).Sum(cell => cell.Window)));
        return bins;
    }
}
