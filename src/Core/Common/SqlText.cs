namespace Progeny.Core.Common;

/// <summary>Names and texts as SQL writes them: SQLite, PostgreSQL and DuckDB alike.</summary>
public static class SqlText
{
    /// <summary>A name in double quotes.</summary>
    public static string Name(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A text in single quotes.</summary>
    public static string Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <summary>A list of texts as DuckDB writes one, such as the files that it is to read.</summary>
    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";
}
