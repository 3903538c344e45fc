using Progeny.Core.Serving;
using SQLitePCL;

namespace Progeny.Storage.Serving.Rules;

/// <summary>Expressions on an in-memory SQLite that holds nothing and may only read and compute.</summary>
public sealed class SqliteExpressionEngine : IExpressionEngine
{
    /// <summary>The steps of SQLite's virtual machine after which an expression is stopped: a few milliseconds.</summary>
    public const int MostSteps = 200_000;

    // More names than this is no condition over metrics.
    private const int MostUnknown = 200;

    /// <inheritdoc/>
    public ExpressionError? Check(Expression expression) => CompiledExpression.Compile(expression, out var error) is null ? error : null;

    /// <inheritdoc/>
    public ExpressionError? CheckSyntax(string sql)
    {
        if (ExpressionText.Problem(sql) is { } problem)
            return problem;
        // SQLite looks at functions only once it knows all columns: each one that it does not know is made up, until it is content.
        var tables = new Dictionary<string, SortedSet<string>>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < MostUnknown; i++)
        {
            // In the inner SELECT a plain name means the generation's own metrics, whatever other tables have beside them.
            var own = tables.Keys.Where(name => name == ExpressionText.OwnMetrics);
            var prefix = ExpressionText.With(tables.Select(table => (table.Key, (IEnumerable<string>)table.Value, "NULL"))) + "SELECT (SELECT (\n";
            var text = $"{prefix}{sql}\n){ExpressionText.From(own)}){ExpressionText.From(tables.Keys.Except(own))}";
            using var connection = new ExpressionConnection();
            using var statement = connection.Prepare(text, prefix.Length, sql, out var error);
            if (statement is not null)
                return FirstParameter(statement, sql);
            if (ExpressionText.UnknownColumn(error!.Message) is not var (table, column))
                return error;
            if (!tables.TryGetValue(table, out var columns))
                tables[table] = columns = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            if (!columns.Add(column))
                return error;
        }

        return new ExpressionError($"it names more than {MostUnknown} columns", null);
    }

    /// <inheritdoc/>
    public IExpressionSet Compile(IReadOnlyList<Expression> expressions) => new SqliteExpressionSet(
        [.. expressions.Select(expression => CompiledExpression.Compile(expression, out var error) ?? throw new ExpressionException(error!.Describe(expression.Sql)))]);

    // Metrics are of many queries: there is none whose field a parameter could be.
    private static ExpressionError? FirstParameter(sqlite3_stmt statement, string sql)
    {
        if (raw.sqlite3_bind_parameter_count(statement) == 0)
            return null;
        var name = raw.sqlite3_bind_parameter_name(statement, 1).utf8_to_string();
        return new ExpressionError($"no such field: {name}", sql.IndexOf(name, StringComparison.Ordinal));
    }
}
