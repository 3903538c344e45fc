using System.Globalization;
using System.Text.Json;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The names of tables, columns and functions in the tree that DuckDB's parser makes of a query.</summary>
/// <param name="sql">The query, for places in messages.</param>
internal sealed class LakeNames(string sql)
{
    private readonly Dictionary<string, (string Schema, string Name)> tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> bare = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> rowNames = new(StringComparer.OrdinalIgnoreCase);
    private bool usesAllColumns;

    /// <exception cref="LakeException">A function is not allowed, or a table is named in a way that there is not.</exception>
    public void Read(JsonElement statements)
    {
        // A stack of its own, since queries nest deeper than the thread's.
        var open = new Stack<(JsonElement Element, bool HasTable)>();
        open.Push((statements, false));
        while (open.TryPop(out var next))
        {
            var (element, hasTable) = next;
            switch (element.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                        open.Push((item, hasTable));
                    break;
                case JsonValueKind.Object:
                    hasTable = Visit(element, hasTable);
                    // Of a table function the arguments alone are visited: it was checked as what it is.
                    if (Text(element, "type") == "TABLE_FUNCTION")
                    {
                        open.Push((element.GetProperty("function").GetProperty("children"), hasTable));
                        break;
                    }

                    foreach (var property in element.EnumerateObject())
                        open.Push((property.Value, hasTable));
                    break;
            }
        }
    }

    /// <summary>The tables, each once.</summary>
    /// <exception cref="LakeException">A schema is named like a version and is none.</exception>
    public IReadOnlyList<LakeReference> Tables()
    {
        var used = usesAllColumns || rowNames.Overlaps(bare) ? null : columns;
        return
        [
            .. tables.Values.Select(table => table.Schema.IndexOf('@', StringComparison.Ordinal) is var at and > 0
                ? new LakeReference(table.Schema[..at], table.Name, VersionOf(table.Schema[(at + 1)..], table.Name)) { Columns = used }
                : new LakeReference(table.Schema, table.Name, null) { Columns = used }),
        ];
    }

    private static int VersionOf(string text, string name) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw new LakeException($"datasets.{name}@{text} is no version; versions are counted from 1.");

    /// <returns>Whether the node's SELECT reads a table of the lake directly, so that its <c>*</c> means the table's columns.</returns>
    private bool Visit(JsonElement node, bool hasTable)
    {
        if (!node.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return hasTable;
        switch (type.GetString())
        {
            case "SELECT_NODE":
                return HasTable(node.GetProperty("from_table"));
            case "BASE_TABLE" or "SHOW_REF":
                AddTable(node);
                break;
            case "COLUMN_REF":
                var names = node.GetProperty("column_names");
                AddColumns(names);
                // The name of a table alone is its row, with all columns.
                if (names.GetArrayLength() == 1)
                    bare.Add(names[0].GetString()!);
                break;
            case "STAR":
                usesAllColumns |= hasTable;
                break;
            case "POSITIONAL_REFERENCE":
                usesAllColumns = true;
                break;
            case "FUNCTION":
                LakeFunctions.Check(node, isTable: false, PlaceOf(node));
                break;
            case "TABLE_FUNCTION":
                LakeFunctions.Check(node.GetProperty("function"), isTable: true, PlaceOf(node));
                break;
            case "JOIN":
                AddColumns(node.GetProperty("using_columns"));
                usesAllColumns |= node.GetProperty("ref_type").GetString() is "NATURAL" or "POSITIONAL";
                break;
        }

        return hasTable;
    }

    private void AddTable(JsonElement node)
    {
        var (schema, name) = (Text(node, "schema_name"), Text(node, "table_name"));
        if (Text(node, "catalog_name") is { Length: > 0 } catalog)
            throw new LakeException($"There is no database '{catalog}' ({PlaceOf(node)}); write datasets.{name}.");
        if (Text(node, "alias") is { Length: > 0 } alias)
            rowNames.Add(alias);
        rowNames.Add(name);
        usesAllColumns |= node.TryGetProperty("column_name_alias", out var aliases) && aliases.GetArrayLength() > 0;
        if (schema.Length > 0)
            tables.TryAdd($"{schema}.{name}", (schema.ToLowerInvariant(), name.ToLowerInvariant()));
    }

    private void AddColumns(JsonElement names)
    {
        foreach (var name in names.EnumerateArray())
            columns.Add(name.GetString()!);
    }

    private static bool HasTable(JsonElement from)
    {
        var open = new Stack<JsonElement>([from]);
        while (open.TryPop(out var next))
        {
            switch (Text(next, "type"))
            {
                case "BASE_TABLE" when Text(next, "schema_name").Length > 0:
                    return true;
                case "JOIN":
                    open.Push(next.GetProperty("left"));
                    open.Push(next.GetProperty("right"));
                    break;
                case "PIVOT":
                    open.Push(next.GetProperty("source"));
                    break;
            }
        }

        return false;
    }

    private static string Text(JsonElement node, string property) =>
        node.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private string PlaceOf(JsonElement node) =>
        node.TryGetProperty("query_location", out var location) && location.TryGetInt32(out var at) && at <= sql.Length
            ? SqlScanner.Place(sql, at)
            : "the query";
}
