namespace Progeny.Core.Manifests;

/// <summary>The named parameters (<c>:name</c>) of a SQL text.</summary>
public static class SqlParameters
{
    /// <summary>
    /// The names in the order of their first use, without the colon; texts, quoted names, comments and casts (<c>::</c>) are passed over.
    /// </summary>
    public static IReadOnlyList<string> Names(string sql)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < sql.Length; i++)
        {
            var rest = sql.AsSpan(i);
            if (rest[0] is '\'' or '"' or '`')
                i = EndOf(sql, i + 1, sql[i].ToString());
            else if (rest.StartsWith("--"))
                i = EndOf(sql, i + 2, "\n");
            else if (rest.StartsWith("/*"))
                i = EndOf(sql, i + 2, "*/");
            else if (rest.StartsWith("::"))
                i++;
            else if (rest.Length > 1 && rest[0] == ':' && IsFirst(rest[1]))
            {
                var end = i + 1;
                while (end < sql.Length && (IsFirst(sql[end]) || char.IsAsciiDigit(sql[end])))
                    end++;
                if (seen.Add(sql[(i + 1)..end]))
                    names.Add(sql[(i + 1)..end]);
                i = end - 1;
            }
        }

        return names;
    }

    private static bool IsFirst(char c) => char.IsAsciiLetter(c) || c == '_';

    private static int EndOf(string sql, int start, string mark)
    {
        var end = sql.IndexOf(mark, start, StringComparison.Ordinal);
        return end < 0 ? sql.Length : end + mark.Length - 1;
    }
}
