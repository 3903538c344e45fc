using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>Where the values of a column stand among an encoder's categories.</summary>
internal static class CategoryPositions
{
    /// <summary>For each of the column's distinct values its position among the categories, or -1.</summary>
    public static int[] Of(CategoryColumn column, IReadOnlyList<string> categories)
    {
        var positions = categories.Select((name, index) => (name, index)).ToDictionary(c => c.name, c => c.index, StringComparer.Ordinal);
        return [.. column.Values.Select(value => positions.GetValueOrDefault(value, -1))];
    }

    /// <summary>The distinct values of the first rows of a column, sorted.</summary>
    public static List<string> Distinct(CategoryColumn column, int rows)
    {
        var seen = new bool[column.Values.Count];
        for (var row = 0; row < rows; row++)
        {
            if (column.Codes[row] != CategoryColumn.Missing)
                seen[column.Codes[row]] = true;
        }
        var values = column.Values.Where((_, code) => seen[code]).ToList();
        values.Sort(StringComparer.Ordinal);
        return values;
    }
}
