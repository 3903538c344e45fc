using System.Runtime.InteropServices;
using System.Text;
using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Storage.Common;
using SQLitePCL;

namespace Progeny.Storage.Expressions;

/// <summary>An empty in-memory database under guard: what runs on it reads the given one-row tables, computes, and ends.</summary>
internal sealed class ExpressionConnection : IDisposable
{
    /// <summary>The longest value of an expression, in bytes; fields are such values, too.</summary>
    public const int LongestValue = 65_536;

    private const int StepsBetweenChecks = 100;
    private const int LongestPattern = 1_000;
    private const int MaxInstructions = 12_000;
    private const int MaxArguments = 32;

    // Between two readings of the clock at most so much is called, of the weights of Weigh.
    private const int MaxWeight = 400;

    private readonly HashSet<string> readable = new(StringComparer.OrdinalIgnoreCase);
    private readonly sqlite3 database;
    private long deadline = long.MaxValue;
    private int checks;
    private string? denied;

    static ExpressionConnection() => Batteries_V2.Init();

    /// <param name="tables">Tables to read from, of no rows: for finding out which columns an expression uses.</param>
    /// <param name="rows">The rows of the first table; null: none.</param>
    public ExpressionConnection(IReadOnlyList<ExpressionTable>? tables = null, IReadOnlyList<IReadOnlyList<SqlValue>>? rows = null)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_MEMORY | raw.SQLITE_OPEN_NOMUTEX;
        if (raw.sqlite3_open_v2(":memory:", out database, flags, null) != raw.SQLITE_OK)
            throw new ExpressionException("no in-memory database can be opened");
        try
        {
            foreach (var table in tables ?? [])
            {
                readable.Add(table.Name);
                if (raw.sqlite3_exec(
                    database,
                    $"CREATE TABLE {SqlText.Name(table.Name)} ({string.Join(", ", table.Columns.Select(SqlText.Name))})") != raw.SQLITE_OK)
                    throw new ExpressionException(Message());
            }

            if (rows is { Count: > 0 })
                Fill(tables![0], rows);
            SqliteSandbox.Configure(database, LongestValue, LongestPattern, MaxInstructions, MaxArguments, views: false);
            SqliteTextFunctions.Register(database, () => IsOver);
            SqliteTextFunctions.RegisterPatterns(database, () => IsOver);
            raw.sqlite3_set_authorizer(database, Authorize, null);
            raw.sqlite3_progress_handler(
                database, StepsBetweenChecks, _ => ++checks > SqliteExpressionEngine.MaxSteps / StepsBetweenChecks || IsOver ? 1 : 0, null);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The tables' columns that were read by what has been prepared: table and column; an empty column is the table as such.
    /// </summary>
    public HashSet<(string Table, string Column)> Reads { get; } = [];

    private bool IsOver => Environment.TickCount64 > deadline;

    /// <summary>Starts the time that all statements together have from now on.</summary>
    public void Begin(int milliseconds) => deadline = Environment.TickCount64 + milliseconds;

    /// <summary>
    /// Prepares a statement; null with an error whose offset is in the expression, which begins at <paramref name="start"/>.
    /// </summary>
    public sqlite3_stmt? Prepare(string sql, int start, string expression, out ExpressionError? error)
    {
        var statement = PrepareStatement(sql, start, expression, out error);
        if (statement is null || raw.sqlite3_column_count(statement) == 1)
            return statement;
        error = new ExpressionError("it is more than one expression", null);
        statement.Dispose();
        return null;
    }

    /// <summary>Prepares a statement that may yield any columns; null with an error.</summary>
    public sqlite3_stmt? PrepareStatement(string sql, int start, string expression, out ExpressionError? error)
    {
        checks = 0;
        denied = null;
        error = null;
        var code = raw.sqlite3_prepare_v2(database, sql, out var statement);
        if (code == raw.SQLITE_OK)
            return statement;
        var offset = ErrorOffset(database.DangerousGetHandle());
        var message = code switch
        {
            raw.SQLITE_NOMEM => $"it is too long: it compiles to more than {MaxInstructions} instructions",
            raw.SQLITE_TOOBIG => "it is too long",
            _ => denied ?? SqliteFunctions.Explain(Message()),
        };
        error = new ExpressionError(message, InExpression(sql, offset, start, expression.Length));
        return null;
    }

    /// <summary>What is wrong with the number of calls in a statement that could be prepared; null: nothing.</summary>
    /// <remarks>
    /// Most functions take time in proportion to their values only, which is too little to read the clock in each. So their calls are
    /// counted, in
    /// the compiled program, since it may repeat what the text has once.
    /// </remarks>
    public ExpressionError? Weigh(string sql)
    {
        if (raw.sqlite3_prepare_v2(database, "EXPLAIN " + sql, out var program) != raw.SQLITE_OK)
            return new ExpressionError(Message(), null);
        using (program)
        {
            var weight = 0;
            while (raw.sqlite3_step(program) == raw.SQLITE_ROW)
            {
                if (raw.sqlite3_column_text(program, 1).utf8_to_string() is "Function" or "PureFunc" or "AggStep" or "AggInverse"
                    or "AggValue")
                    weight += WeightOf(raw.sqlite3_column_text(program, 5).utf8_to_string());
            }

            return weight > MaxWeight
                ? new ExpressionError($"it calls too many functions (their weight is {weight}, at most {MaxWeight} is allowed)", null)
                : null;
        }
    }

    /// <summary>Runs a statement to its first row.</summary>
    /// <exception cref="ExpressionException">It failed.</exception>
    public void Step(sqlite3_stmt statement)
    {
        checks = 0;
        if (IsOver)
            throw TooLong();
        Next(statement);
    }

    /// <summary>Runs a statement to its next row, or to its end: false. All its rows together have the steps of one expression.</summary>
    /// <exception cref="ExpressionException">It failed.</exception>
    public bool Next(sqlite3_stmt statement)
    {
        switch (raw.sqlite3_step(statement))
        {
            case raw.SQLITE_ROW:
                return true;
            case raw.SQLITE_DONE:
                return false;
            case raw.SQLITE_INTERRUPT when IsOver:
                throw TooLong();
            case raw.SQLITE_INTERRUPT:
                throw new ExpressionException(
                    $"it took more than {SqliteExpressionEngine.MaxSteps} steps; a loop without an end, or too much work for one query");
            case raw.SQLITE_TOOBIG:
                throw new ExpressionException(
                    $"it makes a text of more than {LongestValue} bytes, or a pattern of more than {LongestPattern}");
            default:
                throw new ExpressionException(Message());
        }
    }

    /// <summary>The value of a column of the row at hand.</summary>
    /// <exception cref="ExpressionException">It is a BLOB.</exception>
    public static SqlValue Read(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_NULL => default,
        raw.SQLITE_INTEGER => SqlValue.From(raw.sqlite3_column_int64(statement, column)),
        raw.SQLITE_FLOAT => SqlValue.From(raw.sqlite3_column_double(statement, column)),
        raw.SQLITE_TEXT => SqlValue.From(raw.sqlite3_column_text(statement, column).utf8_to_string()),
        _ => throw new ExpressionException("its value is a BLOB; a number or a text would be right"),
    };

    public void Dispose() => database.Dispose();

    private void Fill(ExpressionTable table, IReadOnlyList<IReadOnlyList<SqlValue>> rows)
    {
        var insert = $"INSERT INTO {SqlText.Name(table.Name)} VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})";
        if (raw.sqlite3_prepare_v2(database, insert, out var statement) != raw.SQLITE_OK)
            throw new ExpressionException(Message());
        using (statement)
        {
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Count; i++)
                {
                    _ = row[i].Type switch
                    {
                        SqlType.Integer => raw.sqlite3_bind_int64(statement, i + 1, row[i].Integer),
                        SqlType.Real => raw.sqlite3_bind_double(statement, i + 1, row[i].Real),
                        SqlType.Text => raw.sqlite3_bind_text(statement, i + 1, row[i].Text),
                        _ => raw.sqlite3_bind_null(statement, i + 1),
                    };
                }

                if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
                    throw new ExpressionException(Message());
                raw.sqlite3_reset(statement);
            }
        }
    }

    private static int? InExpression(string sql, int utf8Offset, int start, int length)
    {
        if (utf8Offset < 0)
            return null;
        var bytes = Encoding.UTF8.GetBytes(sql);
        var offset = Encoding.UTF8.GetCharCount(bytes.AsSpan(0, Math.Min(utf8Offset, bytes.Length))) - start;
        return offset >= 0 && offset < length ? offset : null;
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_error_offset", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int ErrorOffset(nint database);

    private static ExpressionException TooLong() =>
        new($"it took more than {SqliteExpressionEngine.MaxMilliseconds} ms, in which a query has to be through with all its SQL")
        {
            IsTimeout = true,
        };

    /// <summary>The weight of a call, 1 for some ten microseconds at values of <see cref="LongestValue"/>.</summary>
    /// <param name="function">As EXPLAIN names it: <c>instr(2)</c>, <c>json_extract(-1)</c>.</param>
    private static int WeightOf(string function) => function[..Math.Max(0, function.IndexOf('(', StringComparison.Ordinal))] switch
    {
        // These read their first argument once for each further one.
        var name when name.StartsWith("json_", StringComparison.Ordinal) && function.EndsWith("(-1)", StringComparison.Ordinal) => 32,
        "printf" or "format" or "strftime" or "json" or "->" or "->>" => 8,
        var name when name.StartsWith("json_", StringComparison.Ordinal) => 8,
        _ => 1,
    };

    private string Message() => raw.sqlite3_errmsg(database).utf8_to_string();

    private int Authorize(object userData, int action, string first, string second, string name, string inner)
    {
        switch (action)
        {
            case raw.SQLITE_SELECT or raw.SQLITE_RECURSIVE:
                return raw.SQLITE_OK;
            // Without a column, a table that the expression itself made up in a WITH is meant as well; the database has no others.
            case raw.SQLITE_READ
                when readable.Contains(first) || SqliteSandbox.IsJsonTable(first)
                    || (second.Length == 0 && !SqliteSandbox.IsInternal(first)):
                Reads.Add((first, second));
                return raw.SQLITE_OK;
            case raw.SQLITE_FUNCTION when SqliteFunctions.IsAllowed(second):
                return raw.SQLITE_OK;
            default:
                denied = action == raw.SQLITE_READ ? $"it may not read {first}" : denied;
                return raw.SQLITE_DENY;
        }
    }
}
