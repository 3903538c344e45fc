using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>Rows of a table as JSON objects.</summary>
internal static class RowJson
{
    /// <summary>Reads rows in their order.</summary>
    /// <param name="table">What stands behind FROM.</param>
    public static Task<IReadOnlyList<JsonElement>> ReadAsync(
        DuckDbSession session,
        string table,
        IReadOnlyList<DatasetColumn> columns,
        long offset,
        int limit,
        CancellationToken cancellationToken) => session.QueryAsync(
        $"SELECT to_json(r)::VARCHAR FROM (SELECT {string.Join(", ", columns.Select(JsonOf))} FROM {table} LIMIT {limit} OFFSET {offset}) r",
        row => JsonSerializer.Deserialize<JsonElement>(row.GetString(0)),
        cancellationToken);

    // JSON has no NaN and no infinity, also not inside of lists and structures.
    private static string JsonOf(DatasetColumn column)
    {
        var name = SqlText.Name(column.Name);
        return column.Type is "DOUBLE" or "FLOAT"
            ? $"CASE WHEN isfinite({name}) THEN to_json({name}) ELSE to_json({name}::VARCHAR) END AS {name}"
            : ColumnKinds.IsNested(column) && column.Type != "JSON"
                ? $"CASE WHEN json_valid(to_json({name})::VARCHAR) THEN to_json({name}) ELSE to_json({name}::VARCHAR) END AS {name}"
                : name;
    }
}
