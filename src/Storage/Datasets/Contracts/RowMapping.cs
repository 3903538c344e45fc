using System.Text.Json;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Checks the SQL expressions by which quarantined rows are mended.</summary>
internal static class RowMapping
{
    private const int MaxLength = 10_000;

    /// <exception cref="QuarantineException">It is more than one expression over the columns of a row.</exception>
    public static async Task CheckAsync(DuckDbSession session, string column, string expression, CancellationToken cancellationToken)
    {
        if (expression.Length > MaxLength)
            throw new QuarantineException(
                $"The mapping of '{column}' has {expression.Length} characters; at most {MaxLength} would be right.");
        var json = (string)(await session.ScalarAsync(
            $"SELECT CAST(json_serialize_sql({Literal("SELECT " + expression)}) AS VARCHAR)", cancellationToken))!;
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1_000 });
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw new QuarantineException($"The mapping of '{column}' is no SQL: {root.GetProperty("error_message").GetString()}");
        var statements = root.GetProperty("statements");
        if (statements.GetArrayLength() != 1 || !IsExpression(statements[0].GetProperty("node")))
            throw new QuarantineException(
                $"The mapping of '{column}' must be one SQL expression over the columns of the row, such as replace(price, ',', '.').");
        if (Has(root, "SUBQUERY") || Has(root, "WINDOW"))
            throw new QuarantineException(
                $"The mapping of '{column}' must use the columns of its own row: no subqueries, no window functions.");
    }

    private static bool IsExpression(JsonElement node) =>
        node.GetProperty("type").GetString() == "SELECT_NODE"
        && node.GetProperty("select_list").GetArrayLength() == 1
        && node.GetProperty("select_list")[0].GetProperty("class").GetString() is not "STAR"
        && node.GetProperty("from_table").GetProperty("type").GetString() == "EMPTY"
        && IsNone(node, "where_clause") && IsNone(node, "having") && IsNone(node, "qualify")
        && node.GetProperty("modifiers").GetArrayLength() == 0;

    private static bool IsNone(JsonElement node, string name) =>
        !node.TryGetProperty(name, out var found) || found.ValueKind == JsonValueKind.Null;

    private static bool Has(JsonElement element, string kind) => element.ValueKind switch
    {
        JsonValueKind.Object => (element.TryGetProperty("class", out var found) && found.ValueEquals(kind))
            || element.EnumerateObject().Any(member => Has(member.Value, kind)),
        JsonValueKind.Array => element.EnumerateArray().Any(item => Has(item, kind)),
        _ => false,
    };
}
