using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets.Ingestion;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>What can be computed of columns, by their types.</summary>
internal static class ColumnKinds
{
    public static bool IsNumber(DatasetColumn column) =>
        column.Type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT"
            or "UHUGEINT" or "FLOAT" or "DOUBLE"
        || (column.Type.StartsWith("DECIMAL", StringComparison.Ordinal) && column.Type.EndsWith(')'));

    public static bool IsTime(DatasetColumn column) =>
        column.Type is "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS";

    /// <summary>Whether values have a structure, and are taken as texts.</summary>
    public static bool IsNested(DatasetColumn column) =>
        column.Type.EndsWith(']') || column.Type == "JSON" || column.Type.StartsWith("STRUCT", StringComparison.Ordinal)
        || column.Type.StartsWith("MAP", StringComparison.Ordinal) || column.Type.StartsWith("UNION", StringComparison.Ordinal);

    /// <summary>The types that texts may look like: when one can be read as it, and when it would be given back.</summary>
    public static IEnumerable<(string Type, string IsRead, string IsExact)> LikelyTypes(string text)
    {
        yield return (
            "number",
            $"TRY_CAST({text} AS DOUBLE) IS NOT NULL",
            $"({TextType.ShortNumber.Accepts(text)}) IS TRUE");
        yield return (
            "timestamp",
            $"TRY_CAST({text} AS TIMESTAMP) IS NOT NULL",
            $"({TextType.Date.Accepts(text)}) IS TRUE OR ({TextType.Time.Accepts(text)}) IS TRUE");
    }
}
