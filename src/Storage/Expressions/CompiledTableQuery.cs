using Progeny.Core.Expressions;
using Progeny.Storage.Feeds;
using SQLitePCL;

namespace Progeny.Storage.Expressions;

/// <summary>A statement over a table of many rows, on a database that holds nothing else.</summary>
internal sealed class CompiledTableQuery : IDisposable
{
    /// <summary>Who yields more rows than this does not choose among generations.</summary>
    private const int MaxRows = 1_000;

    private readonly ExpressionConnection connection;
    private readonly sqlite3_stmt statement;
    private readonly int[] columns;

    private CompiledTableQuery(ExpressionConnection connection, sqlite3_stmt statement, int[] columns)
    {
        this.connection = connection;
        this.statement = statement;
        this.columns = columns;
    }

    /// <summary>Compiles; null with the reason.</summary>
    public static CompiledTableQuery? Compile(TableQuery query, IReadOnlyList<IReadOnlyList<SqlValue>> rows, out ExpressionError? error)
    {
        error = Problem(query.Sql);
        if (error is not null)
            return null;
        var database = new ExpressionConnection([query.Table], rows);
        var prepared = database.PrepareStatement(query.Sql, 0, query.Sql, out error);
        error ??= database.Weigh(query.Sql);
        if (prepared is not null && error is null && Columns(prepared, query.Yields, out error) is { } found)
            return new CompiledTableQuery(database, prepared, found);
        prepared?.Dispose();
        database.Dispose();
        return null;
    }

    /// <exception cref="ExpressionException">It failed, or yields too much.</exception>
    public IReadOnlyList<IReadOnlyList<SqlValue>> Read()
    {
        var rows = new List<IReadOnlyList<SqlValue>>();
        connection.Begin(SqliteExpressionEngine.MaxMilliseconds);
        while (connection.Next(statement))
        {
            if (rows.Count == MaxRows)
                throw new ExpressionException($"it yields more than {MaxRows} rows");
            rows.Add([.. columns.Select(column => ExpressionConnection.Read(statement, column))]);
        }

        return rows;
    }

    public void Dispose()
    {
        statement.Dispose();
        connection.Dispose();
    }

    /// <summary>What is not one SELECT without parameters; null: nothing that can be seen without SQLite.</summary>
    private static ExpressionError? Problem(string sql)
    {
        try
        {
            var first = true;
            for (var i = SqlScanner.SkipSpace(sql, 0, SqlDialect.Sqlite); i < sql.Length; i = SqlScanner.SkipSpace(
                sql, i, SqlDialect.Sqlite))
            {
                var end = SqlScanner.SkipToken(sql, i, SqlDialect.Sqlite);
                if (first && sql[i..end].ToUpperInvariant() is not ("SELECT" or "WITH"))
                    return new ExpressionError("a SELECT is expected", i);
                first = false;
                if (sql[i] == ';')
                    return new ExpressionError("one statement is expected, without ';'", i);
                if (sql[i] is '?' or '@' or '$' or '#' or ':')
                    return new ExpressionError($"'{sql[i]}' begins no name, and there are no parameters; columns are written plainly", i);
                i = end;
            }

            return first ? new ExpressionError("a SELECT is expected", null) : null;
        }
        catch (FormatException exception)
        {
            return new ExpressionError(exception.Message.TrimEnd('.'), null);
        }
    }

    private static int[]? Columns(sqlite3_stmt prepared, IReadOnlyList<string> yields, out ExpressionError? error)
    {
        var names = Enumerable.Range(0, raw.sqlite3_column_count(prepared))
            .Select(i => raw.sqlite3_column_name(prepared, i).utf8_to_string()).ToList();
        int[] found = [.. yields.Select(wanted => names.FindIndex(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)))];
        error = names.Count == yields.Count && Array.TrueForAll(found, column => column >= 0)
            ? null
            : new ExpressionError($"it yields {string.Join(", ", names)}; it must yield {string.Join(" and ", yields)}", null);
        return error is null ? found : null;
    }
}
