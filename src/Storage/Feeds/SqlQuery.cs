using System.Text;

namespace Progeny.Storage.Feeds;

/// <summary>
/// A query of a user's, seen as far as a feed must: one statement that reads, and where its parameters <c>:name</c> stand.
/// </summary>
internal sealed class SqlQuery
{
    private readonly List<(int Start, int End, int Number)> places = [];
    private readonly List<string> parameters = [];
    private readonly string text;

    private SqlQuery(string sql, SqlDialect dialect)
    {
        var first = -1;
        var end = sql.Length;
        for (var i = SqlScanner.SkipSpace(sql, 0, dialect); i < sql.Length; i = SqlScanner.SkipSpace(sql, i, dialect))
        {
            if (sql[i] == ';')
            {
                end = i;
                if (SqlScanner.SkipSpace(sql, i + 1, dialect) < sql.Length)
                    throw new FormatException($"The query has a second statement at {SqlScanner.Place(sql, i)}; a feed runs one SELECT.");
                break;
            }

            if (first < 0 && sql[i] != '(')
                first = i;
            var next = SqlScanner.SkipToken(sql, i, dialect);
            if (sql[i] == ':' && next > i + 1 && SqlScanner.IsNameStart(sql[i + 1]))
                places.Add((i, next, NumberOf(sql[(i + 1)..next])));
            i = next;
        }

        RequireReading(sql, first);
        text = sql[..end];
    }

    /// <summary>The names of the parameters in the order of their first appearance, each once.</summary>
    public IReadOnlyList<string> Parameters => parameters;

    /// <exception cref="FormatException">The text is not one reading statement; the message says what is wrong and where.</exception>
    public static SqlQuery Parse(string sql, SqlDialect dialect) => new(sql, dialect);

    /// <summary>The query with <c>$1</c>, <c>$2</c> … in place of its parameters, numbered as <see cref="Parameters"/>.</summary>
    public string ToPositional()
    {
        var result = new StringBuilder(text.Length + (2 * places.Count));
        var from = 0;
        foreach (var (start, end, number) in places)
        {
            result.Append(text, from, start - from).Append('$').Append(number);
            from = end;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The values of the parameters, ordered as <see cref="Parameters"/>.</summary>
    /// <exception cref="FormatException">A parameter of the query has no value.</exception>
    public object?[] Arrange(IReadOnlyDictionary<string, object?> values)
    {
        var result = new object?[parameters.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (!values.TryGetValue(parameters[i], out result[i]))
            {
                var given = values.Count == 0
                    ? "no parameters are given"
                    : $"given are {string.Join(", ", values.Keys.Order().Select(name => ":" + name))}";
                throw new FormatException($"The query has the parameter :{parameters[i]}, for which there is no value; {given}.");
            }
        }

        return result;
    }

    private int NumberOf(string name)
    {
        var index = parameters.IndexOf(name);
        if (index >= 0)
            return index + 1;
        parameters.Add(name);
        return parameters.Count;
    }

    private static void RequireReading(string sql, int first)
    {
        if (first < 0)
            throw new FormatException("The query is empty; a feed runs one SELECT.");
        var end = first;
        while (end < sql.Length && SqlScanner.IsNamePart(sql[end]))
            end++;
        var word = sql[first..end].ToUpperInvariant();
        if (word is not ("SELECT" or "WITH" or "VALUES"))
            throw new FormatException(
                $"The query begins with {(word.Length > 0 ? word : sql[first].ToString())} at {SqlScanner.Place(sql, first)}; a feed only "
                    + "reads: it must be one SELECT, WITH or VALUES.");
    }
}
