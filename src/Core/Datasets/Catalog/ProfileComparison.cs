namespace Progeny.Core.Datasets.Catalog;

/// <summary>How a table differs from an earlier one, by their profiles.</summary>
public sealed record ProfileComparison
{
    public required long RowsBefore { get; init; }

    public required long RowsAfter { get; init; }

    /// <summary>The columns of either table.</summary>
    public required IReadOnlyList<ColumnComparison> Columns { get; init; }

    /// <summary>Compares two tables.</summary>
    public static ProfileComparison Of(DatasetProfile before, DatasetProfile after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var old = before.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var names = after.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return new ProfileComparison
        {
            RowsBefore = before.Rows,
            RowsAfter = after.Rows,
            Columns =
            [
                .. after.Columns.Select(column => ColumnComparison.Of(old.GetValueOrDefault(column.Name), before.Rows, column, after.Rows)),
                .. before.Columns.Where(column => !names.Contains(column.Name))
                    .Select(column => ColumnComparison.Of(column, before.Rows, null, after.Rows)),
            ],
        };
    }
}
