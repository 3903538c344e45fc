using System.Data.Common;

namespace Progeny.Storage.Tracking;

/// <summary>Columns of a row that may be NULL.</summary>
internal static class ReaderColumns
{
    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? NumberOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>A value of a metric: NULL is no number.</summary>
    public static double Metric(this DbDataReader reader, int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
}
