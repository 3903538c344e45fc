using System.Text;
using Progeny.Core.Expressions;
using SQLitePCL;

namespace Progeny.Storage.Expressions;

/// <summary>A connection with all statements of a set.</summary>
internal sealed class SqliteExpressionSession : IExpressionSession
{
    private readonly ExpressionConnection connection = new();
    private readonly IReadOnlyList<CompiledExpression> expressions;
    private readonly sqlite3_stmt?[] statements;
    private readonly Action<SqliteExpressionSession> giveBack;
    private byte[] text = new byte[256];

    public SqliteExpressionSession(IReadOnlyList<CompiledExpression> expressions, Action<SqliteExpressionSession> giveBack)
    {
        this.expressions = expressions;
        this.giveBack = giveBack;
        statements = new sqlite3_stmt[expressions.Count];
    }

    /// <summary>Starts the time of a query.</summary>
    public void Begin(int rows) =>
        connection.Begin(SqliteExpressionEngine.MaxMilliseconds + (rows / SqliteExpressionEngine.RowsPerMillisecond));

    public SqlValue Evaluate(int expression, IExpressionRow row)
    {
        var statement = statements[expression] ??= Prepare(expressions[expression]);
        var columns = expressions[expression].Columns;
        for (var i = 0; i < columns.Length; i++)
            Bind(statement, i + 1, row.Get(columns[i]));
        try
        {
            connection.Step(statement);
            return ExpressionConnection.Read(statement, 0);
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    public void Dispose() => giveBack(this);

    /// <summary>Ends the session for good.</summary>
    public void Close()
    {
        foreach (var statement in statements)
            statement?.Dispose();
        connection.Dispose();
    }

    private sqlite3_stmt Prepare(CompiledExpression expression) =>
        connection.Prepare(expression.Sql, 0, expression.Sql, out var error) ?? throw new ExpressionException(error!.Message);

    private void Bind(sqlite3_stmt statement, int index, SqlValue value)
    {
        var code = value.Type switch
        {
            SqlType.Integer => raw.sqlite3_bind_int64(statement, index, value.Integer),
            SqlType.Real => raw.sqlite3_bind_double(statement, index, value.Real),
            SqlType.Text => BindText(statement, index, value.Text!),
            _ => raw.sqlite3_bind_null(statement, index),
        };
        if (code == raw.SQLITE_TOOBIG)
            throw new ExpressionException($"a field is longer than {ExpressionConnection.LongestValue} bytes");
        if (code != raw.SQLITE_OK)
            throw new ExpressionException(raw.sqlite3_errstr(code).utf8_to_string());
    }

    private int BindText(sqlite3_stmt statement, int index, string value)
    {
        if (Encoding.UTF8.GetMaxByteCount(value.Length) is var needed && needed > text.Length)
            text = new byte[needed];
        return raw.sqlite3_bind_text(statement, index, text.AsSpan(0, Encoding.UTF8.GetBytes(value, text)));
    }
}
