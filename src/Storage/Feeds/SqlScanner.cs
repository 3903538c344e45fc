namespace Progeny.Storage.Feeds;

/// <summary>Walks over SQL text token by token, so that nothing in quotes or comments is taken for SQL.</summary>
internal static class SqlScanner
{
    /// <summary>The first position from <paramref name="i"/> on that is neither white space nor in a comment.</summary>
    /// <exception cref="FormatException">A comment does not end.</exception>
    public static int SkipSpace(string sql, int i, SqlDialect dialect)
    {
        while (i < sql.Length)
        {
            if (char.IsWhiteSpace(sql[i]))
                i++;
            else if (At(sql, i, "--"))
                i = sql.IndexOf('\n', i) is var end and >= 0 ? end + 1 : sql.Length;
            else if (At(sql, i, "/*"))
                i = SkipComment(sql, i, dialect);
            else
                break;
        }

        return i;
    }

    /// <summary>The position behind the token that starts at <paramref name="i"/>; <c>::</c> and <c>:name</c> are a token each.</summary>
    /// <exception cref="FormatException">A quotation does not end.</exception>
    public static int SkipToken(string sql, int i, SqlDialect dialect)
    {
        var c = sql[i];
        switch (c)
        {
            case '\'':
                return SkipQuoted(sql, i, '\'', escapes: false);
            case '"':
                return SkipQuoted(sql, i, '"', escapes: false);
            case '`' when dialect == SqlDialect.Sqlite:
                return SkipQuoted(sql, i, '`', escapes: false);
            case '[' when dialect == SqlDialect.Sqlite:
                return sql.IndexOf(']', i) is var end and >= 0 ? end + 1 : throw Unended("bracket", sql, i);
            case '$' when dialect != SqlDialect.Sqlite:
                return SkipDollar(sql, i);
            case 'e' or 'E' when dialect != SqlDialect.Sqlite && i + 1 < sql.Length && sql[i + 1] == '\'':
                return SkipQuoted(sql, i + 1, '\'', escapes: true);
            case ':' when i + 1 < sql.Length && sql[i + 1] == ':':
                return i + 2;
            case ':' when i + 1 < sql.Length && IsNameStart(sql[i + 1]):
                return SkipName(sql, i + 1);
            default:
                return IsNamePart(c) ? SkipName(sql, i) : i + 1;
        }
    }

    public static bool IsNameStart(char c) => c == '_' || char.IsLetter(c);

    public static bool IsNamePart(char c) => IsNameStart(c) || char.IsDigit(c) || c == '$';

    public static string Place(string sql, int position)
    {
        var before = sql.AsSpan(0, position);
        return $"line {before.Count('\n') + 1}, column {position - before.LastIndexOf('\n')}";
    }

    private static int SkipName(string sql, int i)
    {
        while (i < sql.Length && IsNamePart(sql[i]))
            i++;
        return i;
    }

    private static int SkipQuoted(string sql, int start, char quote, bool escapes)
    {
        for (var i = start + 1; i < sql.Length; i++)
        {
            if (escapes && sql[i] == '\\')
                i++;
            else if (sql[i] == quote && i + 1 < sql.Length && sql[i + 1] == quote)
                i++;
            else if (sql[i] == quote)
                return i + 1;
        }

        throw Unended("quotation", sql, start);
    }

    // $tag$ … $tag$; a $ that opens no such quotation is a character like any other.
    private static int SkipDollar(string sql, int start)
    {
        var i = start + 1;
        if (i < sql.Length && char.IsDigit(sql[i]))
            return i;
        while (i < sql.Length && sql[i] != '$' && IsNamePart(sql[i]))
            i++;
        if (i >= sql.Length || sql[i] != '$')
            return start + 1;
        var tag = sql[start..(i + 1)];
        return sql.IndexOf(tag, i + 1, StringComparison.Ordinal) is var end and >= 0
            ? end + tag.Length
            : throw Unended("quotation", sql, start);
    }

    // Comments nest in PostgreSQL and DuckDB; in SQLite they do not, and the last one may stay open.
    private static int SkipComment(string sql, int start, SqlDialect dialect)
    {
        var depth = 0;
        for (var i = start; i < sql.Length; i++)
        {
            if (At(sql, i, "/*") && (depth == 0 || dialect != SqlDialect.Sqlite))
            {
                depth++;
                i++;
            }
            else if (At(sql, i, "*/"))
            {
                i++;
                if (--depth == 0)
                    return i + 1;
            }
        }

        return dialect == SqlDialect.Sqlite ? sql.Length : throw Unended("comment", sql, start);
    }

    private static bool At(string sql, int i, string what) => string.CompareOrdinal(sql, i, what, 0, what.Length) == 0;

    private static FormatException Unended(string what, string sql, int start) =>
        new($"The {what} that opens at {Place(sql, start)} does not end.");
}
