using System.Collections.Frozen;
using System.Text.Json;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// The functions that a query of the lake may call. Of table functions those that read allowed files or compute rows; of others all of
/// DuckDB's but those that say something about the node or run SQL that was not checked.
/// </summary>
internal static class LakeFunctions
{
    private static readonly FrozenSet<string> _tables = FrozenSet.ToFrozenSet(
        [
            "read_csv", "read_csv_auto", "sniff_csv", "read_parquet", "parquet_scan", "parquet_schema", "parquet_metadata",
            "parquet_file_metadata", "read_json", "read_json_auto", "read_json_objects", "read_ndjson", "read_ndjson_auto",
            "read_ndjson_objects", "range", "generate_series", "unnest", "json_each", "json_tree", "repeat_row",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> _refused = FrozenSet.ToFrozenSet(
        [
            "query", "query_table", "current_setting", "getenv", "getvariable", "nextval", "currval", "sleep_ms",
            "write_log", "parse_duckdb_log_message", "json_execute_serialized_sql", "json_serialize_plan", "current_connection_id",
            "txid_current", "which_secret", "add_parquet_key", "read_text", "read_blob", "glob", "pg_sleep",
            // They make much of little in one step, which nothing interrupts.
            "range", "generate_series", "printf", "format", "bitstring", "list_resize", "array_resize",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <param name="function">The node of the parser's tree.</param>
    /// <param name="isTable">Whether it stands for a table.</param>
    /// <param name="place">Where it is, for the message.</param>
    /// <exception cref="LakeException">The function is not allowed.</exception>
    public static void Check(JsonElement function, bool isTable, string place)
    {
        var name = function.GetProperty("function_name").GetString()!;
        if (function.GetProperty("catalog").GetString() is { Length: > 0 } catalog)
            throw new LakeException($"The function {catalog}.….{name} at {place} names a database; write {name}.");
        if (isTable ? !_tables.Contains(name) : IsRefused(name))
        {
            throw new LakeException(
                $"The query uses the {(isTable ? "table function" : "function")} {name} at {place}, which is not allowed"
                + (isTable ? $"; allowed are {string.Join(", ", _tables.Order(StringComparer.Ordinal))}." : "."));
        }
    }

    private static bool IsRefused(string name) => _refused.Contains(name)
        || name.StartsWith("duckdb_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("pragma_", StringComparison.OrdinalIgnoreCase);
}
