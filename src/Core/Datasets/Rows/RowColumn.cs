namespace Progeny.Core.Datasets.Rows;

/// <summary>A column of appended rows.</summary>
/// <param name="Name">As its first row spells it; names are the same where they differ in case alone, as in SQL.</param>
/// <param name="Kinds">The kinds of its values.</param>
public sealed record RowColumn(string Name, ValueKinds Kinds)
{
    /// <summary>The columns of all, in the order in which they came first, each with all its kinds.</summary>
    public static IReadOnlyList<RowColumn> Union(IEnumerable<IReadOnlyList<RowColumn>> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        List<RowColumn> union = [];
        Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
        foreach (var column in batches.SelectMany(batch => batch))
        {
            if (places.TryAdd(column.Name, union.Count))
                union.Add(column);
            else
                union[places[column.Name]] = union[places[column.Name]] with { Kinds = union[places[column.Name]].Kinds | column.Kinds };
        }

        return union;
    }
}
