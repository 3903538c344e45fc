using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The types that somebody said for columns.</summary>
internal static partial class DeclaredTypes
{
    private static readonly Dictionary<string, string> _words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = "VARCHAR", ["number"] = "DOUBLE", ["integer"] = "BIGINT", ["boolean"] = "BOOLEAN", ["date"] = "DATE",
        ["timestamp"] = "TIMESTAMP",
    };

    /// <exception cref="IngestException">A type is none, or there is no such column.</exception>
    public static async Task<IReadOnlyDictionary<string, ColumnReading>> ReadAsync(
        DuckDbSession session, SourceTable table, ReadOptions? read, CancellationToken cancellationToken)
    {
        var readings = new Dictionary<string, ColumnReading>(StringComparer.Ordinal);
        foreach (var (name, said) in read?.Types ?? new Dictionary<string, string>())
        {
            var column = table.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new IngestException(
                    $"'types' names the column '{name}', which the file does not have; its columns are {Names(table)}.");
            var type = _words.GetValueOrDefault(said, said.ToUpperInvariant());
            readings[column.Name] = new ColumnReading(
                column with { Type = null },
                type == TextType.Text.Type ? TextType.Text : await OfSqlAsync(session, name, said, type, cancellationToken),
                null,
                IsDeclared: true);
        }

        return readings;
    }

    private static async Task<TextType> OfSqlAsync(
        DuckDbSession session, string column, string said, string type, CancellationToken cancellationToken)
    {
        try
        {
            // Parquet has no integers of 128 bits.
            if (SqlType().IsMatch(type) && type is not "HUGEINT" and not "UHUGEINT")
            {
                await session.ScalarAsync($"SELECT TRY_CAST('' AS {type})", cancellationToken);
                return new TextType(
                    said, type, text => $"(TRY_CAST({text} AS {type}) IS NOT NULL)", text => $"TRY_CAST({text} AS {type})");
            }
        }
        catch (DuckDBException)
        {
            // It says itself what it is not.
        }

        throw new IngestException(
            $"'types' says '{said}' of the column '{column}', which is no type; there are {string.Join(", ", _words.Keys)}, and those of "
                + "DuckDB, such as DECIMAL(18,2).");
    }

    private static string Names(SourceTable table) => table.Columns.Count > 20
        ? string.Join(", ", table.Columns.Take(20).Select(column => column.Name)) + $" and {table.Columns.Count - 20} others"
        : string.Join(", ", table.Columns.Select(column => column.Name));

    [GeneratedRegex(@"^[A-Z][A-Z0-9_ ]*(\(\d+(,\s*\d+)?\))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex SqlType();
}
