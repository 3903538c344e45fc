using Progeny.Core.Gates;

namespace Progeny.Core.Drift;

/// <summary>
/// What is to be said of training rows beside those that the generation in production was trained on. That they fit the schema has been
/// seen when they were read.
/// </summary>
public static class TrainingDataCheck
{
    /// <summary>The figures <c>data_*</c> by name; those that need a champion's profile are left out where there is none.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="training">The profile of the rows.</param>
    /// <param name="champion">The profile of the rows that the generation in production was trained on; null: there is none.</param>
    public static IReadOnlyDictionary<string, double> Of(long rows, Distributions training, Distributions? champion)
    {
        ArgumentNullException.ThrowIfNull(training);
        var figures = new Dictionary<string, double>
        {
            [FigureNames.DataRows] = rows,
            [FigureNames.DataNulls] = training.Features.Values.Select(column => Share(column.Missing, column.Rows)).DefaultIfEmpty().Max(),
        };
        if (champion is null)
            return figures;
        var pairs = training.Features.Where(feature => champion.Features.ContainsKey(feature.Key))
            .Select(feature => (Now: feature.Value, Before: champion.Features[feature.Key]))
            .Where(pair => pair.Now.Rows > 0 && pair.Before.Rows > 0)
            .ToList();
        figures[FigureNames.DataOutOfRange] = pairs.Select(pair => OutOfRange(pair.Now.Numbers, pair.Before.Numbers)).DefaultIfEmpty()
            .Max();
        figures[FigureNames.DataNewCategories] = pairs.Sum(
            pair => CategoryHistogram.Align(pair.Before.Categories, pair.Now.Categories).Named.Count(category => category.First == 0));
        figures[FigureNames.DataPsiMax] = pairs.Select(pair => ColumnPair.Of(pair.Before, pair.Now).Psi()).DefaultIfEmpty().Max();
        return figures;
    }

    /// <summary>The share of numbers in buckets below the least or above the greatest one before.</summary>
    private static double OutOfRange(ValueHistogram now, ValueHistogram before)
    {
        if (now.Count == 0 || before.Count == 0)
            return 0;
        var buckets = ValueHistogram.Align(before, now);
        var first = 0;
        while (buckets[first].First == 0)
            first++;
        var last = buckets.Count - 1;
        while (buckets[last].First == 0)
            last--;
        return Share(buckets.Take(first).Sum(bucket => bucket.Second) + buckets.Skip(last + 1).Sum(bucket => bucket.Second), now.Count);
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
