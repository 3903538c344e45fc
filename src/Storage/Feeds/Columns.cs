namespace Progeny.Storage.Feeds;

/// <summary>Finds columns by name among those of a query.</summary>
internal static class Columns
{
    /// <exception cref="FormatException">A column is not there.</exception>
    public static int[] Locate(IReadOnlyList<string> wanted, IReadOnlyList<string> present)
    {
        var ordinals = new int[wanted.Count];
        for (var i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = Find(wanted[i], present, StringComparison.Ordinal) ?? Find(wanted[i], present, StringComparison.OrdinalIgnoreCase)
                ?? throw new FormatException($"The query has no column '{wanted[i]}'; it has {string.Join(", ", present)}.");
        }

        return ordinals;
    }

    private static int? Find(string name, IReadOnlyList<string> present, StringComparison comparison)
    {
        for (var i = 0; i < present.Count; i++)
        {
            if (present[i].Equals(name, comparison))
                return i;
        }

        return null;
    }
}
