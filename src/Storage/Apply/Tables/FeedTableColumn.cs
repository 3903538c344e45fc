using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Apply.Tables;

/// <summary>A column of predictions on its way into a table of a feed.</summary>
/// <param name="Name">Its name in both.</param>
/// <param name="Type">Its type in DuckDB.</param>
public sealed record FeedTableColumn(string Name, string Type)
{
    /// <summary>The columns of a Parquet file.</summary>
    public static IReadOnlyList<FeedTableColumn> Of(IEnumerable<DatasetColumn> columns) =>
        [.. columns.Select(column => new FeedTableColumn(column.Name, column.Type))];

    /// <summary>Its type in PostgreSQL; what has none there is text.</summary>
    public string PostgresType => Type switch
    {
        "BOOLEAN" => "boolean",
        "FLOAT" => "real",
        "DOUBLE" => "double precision",
        "DATE" or "TIME" or "UUID" => Type.ToLowerInvariant(),
        "TIMESTAMP WITH TIME ZONE" => "timestamptz",
        _ when IsWhole => "bigint",
        _ when Type is "UBIGINT" or "HUGEINT" or "UHUGEINT" || Type.StartsWith("DECIMAL", StringComparison.Ordinal) => "numeric",
        _ when Type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "timestamp",
        _ => "text",
    };

    /// <summary>Its type in SQLite: what is neither a number of 64 bits nor a truth is text.</summary>
    public string SqliteType => IsWhole || Type == "BOOLEAN" ? "INTEGER" : IsReal ? "REAL" : "TEXT";

    /// <summary>DuckDB's expression for a value that SQLite takes: BIGINT, DOUBLE or VARCHAR.</summary>
    public string SqliteValue =>
        $"CAST({SqlText.Name(Name)} AS {SqliteType switch { "INTEGER" => "BIGINT", "REAL" => "DOUBLE", _ => "VARCHAR" }})";

    private bool IsWhole => Type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER";

    private bool IsReal => Type is "FLOAT" or "DOUBLE";
}
