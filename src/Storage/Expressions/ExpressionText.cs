using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Expressions;

/// <summary>The text around an expression.</summary>
internal static class ExpressionText
{
    /// <summary>The longest expression.</summary>
    public const int MaxCharacters = 65_536;

    /// <summary>What keeps a text from standing in parentheses as one expression; null: nothing that can be seen without SQLite.</summary>
    public static ExpressionError? Problem(string sql)
    {
        var open = new Stack<int>();
        try
        {
            for (var i = SqlScanner.SkipSpace(sql, 0, SqlDialect.Sqlite); i < sql.Length; i = SqlScanner.SkipSpace(
                sql, i, SqlDialect.Sqlite))
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

    /// <summary><c>WITH</c> and the tables, each of one row, their values parameters that are numbered through.</summary>
    public static string With(IEnumerable<(string Name, IEnumerable<string> Columns)> tables)
    {
        var number = 0;
        var parts = tables.Select(table =>
        {
            var columns = table.Columns.ToList();
            return $"{SqlText.Name(table.Name)}({string.Join(", ", columns.Select(SqlText.Name))}) AS (SELECT "
                + $"{string.Join(", ", columns.Select(_ => $"?{++number}"))})";
        }).ToList();
        return parts.Count == 0 ? "" : $"WITH {string.Join(", ", parts)} ";
    }

    /// <summary>What stands before and behind an expression that reads some of its tables.</summary>
    /// <remarks>A plain name is searched for in the inner SELECT first, so outer tables with columns of the same name do not make it
    /// ambiguous.</remarks>
    public static (string Before, string After) Around(Expression expression, IReadOnlyCollection<ExpressionTable> read)
    {
        var inner = From(expression.Tables.Where(read.Contains));
        return expression.Outer is { } outer
            ? ("SELECT (SELECT (\n", $"\n){inner}){From(outer.Where(read.Contains))}")
            : ("SELECT (\n", $"\n){inner}");
    }

    private static string From(IEnumerable<ExpressionTable> tables) =>
        tables.Any() ? $" FROM {string.Join(", ", tables.Select(table => SqlText.Name(table.Name)))}" : "";
}
