using Progeny.Core.Common;

namespace Progeny.Storage.Common;

/// <summary>
/// The functions of SQLite that the SQL of a project may call: those that do nothing but compute, at a cost that is bounded.
/// </summary>
/// <remarks>
/// Every function that is not named here is refused, also one that a later version of SQLite brings. Left out on purpose: functions of
/// extensions (full text, R-trees, geopoly), of the connection (<c>changes</c>, <c>sqlite_…</c>), those that make up large values from a
/// number (<c>zeroblob</c>, <c>randomblob</c>), those whose time or memory is not bounded by the length of values (<c>json_patch</c>,
/// <c>json_pretty</c>, <c>unhex</c>), and those for values that no query yields (<c>jsonb…</c>). <c>MATCH</c> and <c>REGEXP</c> are
/// functions, too, and not among these.
/// </remarks>
internal static class SqliteFunctions
{
    /// <summary>The function that yields another value each time: what must be repeatable cannot use it.</summary>
    public const string Random = "random";

    private const string Unknown = "no such function: ";
    private const string Refused = "not authorized to use function: ";

    private static readonly string[] Names =
    [
        // Texts and numbers
        "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "if", "ifnull", "iif", "instr", "length", "like", "lower", "ltrim",
        "max", "min", "nullif", "octet_length", "printf", "quote", "replace", "round", "rtrim", "sign", "substr", "substring", "trim", "typeof",
        "unicode", "upper",

        // Mathematics
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees", "exp", "floor", "ln", "log", "log10",
        "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",

        // Aggregates and windows
        "avg", "count", "group_concat", "string_agg", "sum", "total", "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead",
        "nth_value", "ntile", "percent_rank", "rank", "row_number",

        // Dates and times
        "current_date", "current_time", "current_timestamp", "date", "datetime", "julianday", "strftime", "time", "timediff", "unixepoch",

        // JSON
        "json", "json_array", "json_array_length", "json_error_position", "json_extract", "json_group_array", "json_group_object", "json_insert",
        "json_object", "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid", "->", "->>",
    ];

    private static readonly HashSet<string> Allowed = new(Names, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether any SQL of a project may call the function.</summary>
    public static bool IsAllowed(string name) => Allowed.Contains(name);

    /// <summary>
    /// "; did you mean 'x'?", or where the functions are listed: the end of a message about a function that is none of them.
    /// </summary>
    public static string Hint(string name) =>
        Suggestion.For(name, Names) is { Length: > 0 } suggestion ? $";{suggestion}" : "; docs/rules.md lists the functions";

    /// <summary>A message of SQLite with what would be right, where it is about a function.</summary>
    public static string Explain(string message)
    {
        foreach (var start in (ReadOnlySpan<string>)[Unknown, Refused])
        {
            if (message.StartsWith(start, StringComparison.Ordinal))
                return message + Hint(message[start.Length..]);
        }

        return message;
    }
}
