using System.Runtime.InteropServices;
using SQLitePCL;

namespace Progeny.Storage.Common;

/// <summary>
/// Settings of a SQLite connection on which SQL of a project runs. Authorizer and progress handler are the connection's own.
/// </summary>
/// <remarks>See "Defense Against The Dark Arts" in SQLite's documentation (sqlite.org/security.html).</remarks>
internal static class SqliteSandbox
{
    /// <summary>The length of a statement, in bytes: an expression with the names of all columns that it may use.</summary>
    private const int SqlLength = 1_000_000;

    // Settings that the package has no names for (sqlite3.h).
    private const int DoubleQuotedTextInQueries = 1013;
    private const int DoubleQuotedTextInSchemas = 1014;
    private const int EnableView = 1015;
    private const int TrustedSchema = 1017;
    private const int EnableAttachCreate = 1020;
    private const int EnableAttachWrite = 1021;

    /// <summary>
    /// Bounds everything that a limit of SQLite bounds, and leaves nothing callable that is not built in: no extensions, no triggers, no
    /// modules (full text, R-trees) but those of JSON, which SQLite brings back when they are named.
    /// </summary>
    /// <param name="valueBytes">The longest value or row.</param>
    /// <param name="patternBytes">The longest pattern of LIKE and GLOB.</param>
    /// <param name="instructions">The most instructions of a statement.</param>
    /// <param name="arguments">The most arguments of a function.</param>
    /// <param name="views">Whether the database has views that may be read.</param>
    public static void Configure(sqlite3 database, int valueBytes, int patternBytes, int instructions, int arguments, bool views)
    {
        Set(database, raw.SQLITE_DBCONFIG_DEFENSIVE, true);
        Set(database, TrustedSchema, false);
        Set(database, raw.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false);
        Set(database, raw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, false);
        Set(database, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, false);
        Set(database, EnableView, views);
        Set(database, EnableAttachCreate, false);
        Set(database, EnableAttachWrite, false);

        // "ratngs" would otherwise be a text where no such column exists.
        Set(database, DoubleQuotedTextInQueries, false);
        Set(database, DoubleQuotedTextInSchemas, false);
        if (DropModules(database.DangerousGetHandle(), 0) != raw.SQLITE_OK)
            throw new InvalidOperationException("The modules of SQLite cannot be removed from a connection.");

        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_LENGTH, valueBytes);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_SQL_LENGTH, SqlLength);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_EXPR_DEPTH, 500);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_COMPOUND_SELECT, 100);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_VDBE_OP, instructions);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_FUNCTION_ARG, arguments);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_ATTACHED, 0);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, patternBytes);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_VARIABLE_NUMBER, 5_000);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_TRIGGER_DEPTH, 0);
        raw.sqlite3_limit(database, raw.SQLITE_LIMIT_WORKER_THREADS, 0);
    }

    /// <summary>Whether a name is one of SQLite's own tables, which say something about the database or the process.</summary>
    public static bool IsInternal(string table) =>
        table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase) || table.StartsWith("pragma_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a name is a table-valued function that only takes its argument apart.</summary>
    public static bool IsJsonTable(string table) =>
        table.Equals("json_each", StringComparison.OrdinalIgnoreCase) || table.Equals("json_tree", StringComparison.OrdinalIgnoreCase);

    private static void Set(sqlite3 database, int setting, bool on)
    {
        if (raw.sqlite3_db_config(database, setting, on ? 1 : 0, out _) is var code && code != raw.SQLITE_OK)
            throw new InvalidOperationException(
                $"SQLite refuses the setting {setting} of a connection ({raw.sqlite3_errstr(code).utf8_to_string()}).");
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_drop_modules", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int DropModules(nint database, nint keep);
}
