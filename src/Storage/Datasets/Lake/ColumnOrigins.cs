using System.Text.Json;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The columns that a query renames.</summary>
internal static class ColumnOrigins
{
    // Deeper than DuckDB's parser goes.
    private static readonly JsonDocumentOptions _json = new() { MaxDepth = 1 << 16 };

    /// <summary>
    /// The given names with those of the columns that anything in the query renames to them, through any number of steps.
    /// </summary>
    /// <param name="serialized">The query as <c>json_serialize_sql</c> has it.</param>
    /// <param name="names">The names of columns of the result.</param>
    public static IReadOnlyCollection<string> Of(string serialized, IReadOnlyCollection<string> names)
    {
        using var document = JsonDocument.Parse(serialized, _json);
        var renamed = Renamed(document.RootElement);
        var found = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        while (renamed.RemoveAll(pair => found.Contains(pair.Alias) && (found.Add(pair.Column) || true)) > 0)
        {
            // What was found may itself be the new name of a column.
        }

        return found;
    }

    private static List<(string Alias, string Column)> Renamed(JsonElement root)
    {
        var pairs = new List<(string, string)>();
        var open = new Stack<JsonElement>([root]);
        while (open.TryPop(out var next))
        {
            if (next.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in next.EnumerateArray())
                    open.Push(item);
            }
            else if (next.ValueKind == JsonValueKind.Object)
            {
                if (next.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("COLUMN_REF"u8)
                    && next.GetProperty("alias").GetString() is { Length: > 0 } alias)
                    pairs.Add((alias, next.GetProperty("column_names").EnumerateArray().Last().GetString()!));
                foreach (var property in next.EnumerateObject())
                    open.Push(property.Value);
            }
        }

        return pairs;
    }
}
