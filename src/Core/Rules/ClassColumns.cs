namespace Progeny.Core.Rules;

/// <summary>
/// The names in SQL of the probabilities of classes: <c>probability_</c> and the class. SQL tells no upper from lower case, so of classes
/// that differ in case only those behind the first have a number behind them: <c>probability_a_2</c>.
/// </summary>
internal static class ClassColumns
{
    /// <summary>A name a class, in their order; no two alike, whatever their case.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> classes)
    {
        // A name that a class has by itself is not given to another with a number.
        var plain = classes.Select(NameOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var columns = new List<string>(classes.Count);
        foreach (var name in classes)
        {
            var column = NameOf(name);
            for (var number = 2; columns.Contains(column, StringComparer.OrdinalIgnoreCase)
                || (number > 2 && plain.Contains(column)); number++)
                column = $"{NameOf(name)}_{number}";
            columns.Add(column);
        }

        return columns;
    }

    private static string NameOf(string name) => $"probability_{name}";
}
