using Progeny.Core.Expressions;
using SQLitePCL;

namespace Progeny.Storage.Expressions;

/// <summary>An expression as the statement that computes it over parameters.</summary>
/// <param name="Sql">The statement: one row of one column.</param>
/// <param name="Columns">The column that each of its parameters takes, the first parameter's first.</param>
internal sealed record CompiledExpression(string Sql, int[] Columns)
{
    /// <summary>Compiles; null with the reason.</summary>
    public static CompiledExpression? Compile(Expression expression, ExpressionCompiler compiler, out ExpressionError? error)
    {
        error = expression.Sql.Length > ExpressionText.MaxCharacters
            ? new ExpressionError(
                $"it is too long: {expression.Sql.Length} characters; at most {ExpressionText.MaxCharacters} are allowed", null)
            : ExpressionText.Problem(expression.Sql);
        if (error is not null)
            return null;
        try
        {
            if (FindUses(expression, compiler, out error) is not { } uses)
                return null;
            // SQLite speaks of a table without a column where only its rows matter (count(*)), but also where nothing does.
            var named = uses.FindAll(use => use.Columns.Count > 0);
            return Compile(expression, named, compiler.Empty, out _)
                ?? Compile(
                    expression,
                    uses.ConvertAll(use => use.Columns.Count > 0 ? use : (use.Table, [use.Table.Columns[0]])),
                    compiler.Empty,
                    out error);
        }
        catch (ExpressionException exception)
        {
            error = new ExpressionError(exception.Message, null);
            return null;
        }
    }

    /// <summary>The columns used, table by table; only these are bound for each row.</summary>
    private static List<(ExpressionTable Table, List<string> Columns)>? FindUses(
        Expression expression, ExpressionCompiler compiler, out ExpressionError? error)
    {
        var connection = compiler.With(expression.AllTables);
        connection.Reads.Clear();
        var (before, after) = ExpressionText.Around(expression, expression.AllTables);
        using var statement = connection.Prepare($"{before}{expression.Sql}{after}", before.Length, expression.Sql, out error);
        if (statement is null)
            return null;
        var uses = new List<(ExpressionTable, List<string>)>();
        foreach (var table in expression.AllTables)
        {
            var reads = connection.Reads.Where(read => read.Table.Equals(table.Name, StringComparison.OrdinalIgnoreCase))
                .Select(read => read.Column).ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (reads.Count > 0)
                uses.Add((table, [.. table.Columns.Where(reads.Contains)]));
        }

        return uses;
    }

    private static CompiledExpression? Compile(
        Expression expression,
        List<(ExpressionTable Table, List<string> Columns)> uses,
        ExpressionConnection connection,
        out ExpressionError? error)
    {
        var (before, after) = ExpressionText.Around(expression, [.. uses.Select(use => use.Table)]);
        var prefix = ExpressionText.With(uses.Select(use => (use.Table.Name, (IEnumerable<string>)use.Columns))) + before;
        var sql = $"{prefix}{expression.Sql}{after}";
        using var statement = connection.Prepare(sql, prefix.Length, expression.Sql, out error);
        if (statement is null)
            return null;
        error = connection.Weigh(sql);
        if (error is not null)
            return null;

        var columns = new List<int>();
        var first = 0;
        foreach (var table in expression.AllTables)
        {
            var used = uses.Find(use => use.Table == table).Columns ?? [];
            columns.AddRange(used.Select(column => first + table.Columns.ToList().IndexOf(column)));
            first += table.Columns.Count;
        }

        for (var i = columns.Count + 1; i <= raw.sqlite3_bind_parameter_count(statement); i++)
        {
            var name = raw.sqlite3_bind_parameter_name(statement, i).utf8_to_string();
            var column = expression.Tables[0].Columns.ToList().IndexOf(name[1..]);
            if (column < 0)
            {
                error = new ExpressionError($"no such field: {name}", expression.Sql.IndexOf(name, StringComparison.Ordinal));
                return null;
            }

            columns.Add(column);
        }

        return new CompiledExpression(sql, [.. columns]);
    }
}
