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

    /// <summary>Notes as one; null: there is none.</summary>
    public static string? Join(params IEnumerable<string?> notes)
    {
        var text = string.Join(' ', notes.Where(note => !string.IsNullOrEmpty(note)).Distinct());
        return text.Length > 0 ? text : null;
    }
}
