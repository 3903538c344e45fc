using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>A column of a table of appended rows, before it has its type.</summary>
/// <param name="Existing">Its type in the table before; null: it is new.</param>
internal sealed record StagedColumn(string Name, string? Existing, ColumnTyping Typing)
{
    /// <summary>All columns: those of the table before in their order, then the new ones.</summary>
    public static IReadOnlyList<StagedColumn> Of(IReadOnlyList<DatasetColumn> existing, IReadOnlyList<RowColumn> rows)
    {
        var kinds = rows.ToDictionary(column => column.Name, column => column.Kinds, StringComparer.OrdinalIgnoreCase);
        List<StagedColumn> columns = [];
        foreach (var column in existing)
        {
            kinds.Remove(column.Name, out var found);
            columns.Add(new StagedColumn(column.Name, column.Type, ColumnTyping.Of(column.Type, found)));
        }

        // A column with nothing but null has no type yet; it is made when it has its first value.
        var isAll = columns.Count == 0 && kinds.Values.All(kind => kind == ValueKinds.None);
        columns.AddRange(rows.Where(column => kinds.TryGetValue(column.Name, out var kind) && (isAll || kind != ValueKinds.None))
            .Select(column => new StagedColumn(column.Name, null, ColumnTyping.Of(null, column.Kinds))));
        return columns;
    }
}
