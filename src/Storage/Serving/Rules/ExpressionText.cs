using Progeny.Core.Serving;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Serving.Rules;

/// <summary>The text around an expression.</summary>
internal static class ExpressionText
{
    /// <summary>The table of plain names in an expression over metrics.</summary>
    public const string OwnMetrics = "metrics";

    /// <summary>What keeps a text from standing in parentheses as one expression; null: nothing that can be seen without SQLite.</summary>
    public static ExpressionError? Problem(string sql)
    {
        var open = new Stack<int>();
        try
        {
            for (var i = SqlScanner.SkipSpace(sql, 0, SqlDialect.Sqlite); i < sql.Length; i = SqlScanner.SkipSpace(sql, i, SqlDialect.Sqlite))
            {
                switch (sql[i])
                {
                    case '(':
                        open.Push(i);
                        break;
                    case ')' when !open.TryPop(out _):
                        return new ExpressionError("there is nothing that this ')' closes", i);
                    case ';':
                        return new ExpressionError("an expression has no ';'", i);
                    case ',' when open.Count == 0:
                        return new ExpressionError("one expression is expected, and this ',' begins another", i);
                    case '?' or '@' or '$' or '#':
                        return new ExpressionError($"'{sql[i]}' begins no name; fields are written plainly, or as :name", i);
                }

                i = SqlScanner.SkipToken(sql, i, SqlDialect.Sqlite);
            }
        }
        catch (FormatException exception)
        {
            return new ExpressionError(exception.Message.TrimEnd('.'), null);
        }

        return open.TryPop(out var left) ? new ExpressionError("this '(' is not closed", left) : null;
    }

    /// <summary><c>WITH</c> and the tables, each of one row.</summary>
    /// <param name="tables">Name, columns, and the value of each; <c>?</c> for parameters that are numbered through.</param>
    public static string With(IEnumerable<(string Name, IEnumerable<string> Columns, string Value)> tables)
    {
        var number = 0;
        var parts = tables.Select(table =>
        {
            var columns = table.Columns.ToList();
            return $"{Quote(table.Name)}({string.Join(", ", columns.Select(Quote))}) AS (SELECT {string.Join(", ", columns.Select(_ => table.Value == "?" ? $"?{++number}" : table.Value))})";
        }).ToList();
        return parts.Count == 0 ? "" : $"WITH {string.Join(", ", parts)} ";
    }

    public static string From(IEnumerable<string> tables) => tables.Any() ? $" FROM {string.Join(", ", tables.Select(Quote))}" : "";

    /// <summary>Table and column of the message <c>no such column: champion.auc</c>; <c>no such table</c> is a table of any columns; null: another error.</summary>
    public static (string Table, string Column)? UnknownColumn(string message)
    {
        const string Column = "no such column: ";
        const string Ambiguous = "ambiguous column name: ";
        const string Table = "no such table: ";
        if (message.StartsWith(Table, StringComparison.Ordinal))
            return (message[Table.Length..], "any");
        if (message.StartsWith(Ambiguous, StringComparison.Ordinal))
            return (OwnMetrics, message[Ambiguous.Length..]);
        if (!message.StartsWith(Column, StringComparison.Ordinal))
            return null;
        var name = message[Column.Length..];
        // SQLite hints at texts in double quotes behind the name.
        if (name.IndexOf(" - ", StringComparison.Ordinal) is var hint and >= 0)
            name = name[..hint].Trim('"');
        var dot = name.LastIndexOf('.');
        return dot < 0 ? (OwnMetrics, name) : (name[..dot], name[(dot + 1)..]);
    }

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
