namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The columns of tables in files: how many, and what they are called.</summary>
internal static class TableColumns
{
    /// <summary>The most columns of a table.</summary>
    public const int Max = 10_000;

    /// <exception cref="UnreadableTableException">There are too many.</exception>
    public static void Check(int count)
    {
        if (count > Max)
            throw new UnreadableTableException($"It has {count:N0} columns; the most that a table can have is {Max:N0}.");
    }

    /// <summary>The names with a number behind those that were there before, in capitals or not.</summary>
    public static IReadOnlyList<string> Unique(IEnumerable<string> names)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        List<string> unique = [];
        foreach (var name in names)
        {
            var free = name;
            for (var i = 1; !known.Add(free); i++)
                free = $"{name}_{i}";
            unique.Add(free);
        }

        return unique;
    }

    /// <summary>Checks that each column has a name of its own; SQL does not tell upper from lower case.</summary>
    /// <exception cref="UnreadableTableException">One has none, or that of another.</exception>
    public static void CheckNames(IReadOnlyList<string?> names)
    {
        var known = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] is not { } name)
                throw new UnreadableTableException($"Line 1, column {i + 1}: the column has no name.");
            if (!known.TryAdd(name, i))
                throw new UnreadableTableException(
                    $"Line 1, column {i + 1}: '{name}' is the name of column {known[name] + 1} already (SQL does not tell upper from lower "
                        + "case).");
        }
    }

    /// <summary>Notes as one; null: there is none.</summary>
    public static string? Join(params IEnumerable<string?> notes)
    {
        var text = string.Join(' ', notes.Where(note => !string.IsNullOrEmpty(note)).Distinct());
        return text.Length > 0 ? text : null;
    }
}
