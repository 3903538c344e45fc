namespace Progeny.Core.Common;

/// <summary>The word that somebody may have meant.</summary>
public static class Suggestion
{
    // Bounds the work on a hostile file with thousands of wrong keys.
    private const int MaxWords = 200;

    /// <summary>
    /// " did you mean 'x'?" with the nearest word by optimal string alignment distance (edits and swaps of neighbours), or nothing where
    /// none is near: more than a third of the letters would have to change.
    /// </summary>
    public static string For(string written, IEnumerable<string> words)
    {
        if (written.Length is 0 or > 40)
            return "";
        var nearest = words
            .Take(MaxWords)
            .Select(word => (Word: word, Distance: Distance(written.ToLowerInvariant(), word.ToLowerInvariant())))
            .Where(w =>
                w.Distance <= Math.Max(1, Math.Max(written.Length, w.Word.Length) / 3)
                    && w.Distance < Math.Min(written.Length, w.Word.Length))
            .OrderBy(w => w.Distance)
            .Select(w => w.Word)
            .FirstOrDefault();
        return nearest is null ? "" : $" did you mean '{nearest}'?";
    }

    /// <summary>
    /// "; did you mean 'x'? The fields are x, y" or, where none is near, "; the fields are x, y": the end of a message about a word that is
    /// none of them.
    /// </summary>
    /// <param name="what">What the words are, in the plural, with "the" and "are" around it: <c>fields</c>.</param>
    public static string Among(string written, IReadOnlyList<string> words, string what)
    {
        var suggestion = For(written, words);
        var list = $"he {what} are {string.Join(", ", words.Take(MaxWords))}{(words.Count > MaxWords ? ", …" : "")}";
        return suggestion.Length > 0 ? $";{suggestion} T{list}" : $"; t{list}";
    }

    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }
}
