using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;
using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Values on their way out of DuckDB, as feeds have them.</summary>
internal static class DuckDbValues
{
    /// <summary>The most characters of the texts of a row.</summary>
    public const int LongestRow = 1 << 20;

    private const string Day = @"[0-9]{4}-[0-9]{2}(-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?)?";
    private const string Zoned = @"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)";

    public static IReadOnlyList<string> Names(DuckDBDataReader reader)
    {
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.GetName(i);
        return names;
    }

    /// <summary>A value: a long, a float, a double, a decimal, a bool, a text, or null. Lists, structs and maps are JSON as text.</summary>
    /// <exception cref="FormatException">The value, or the column's type, cannot be carried over; the message names the column.</exception>
    public static object? Get(DuckDBDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
            return null;
        var type = reader.GetDataTypeName(column);
        if (type is "Blob" or "Interval" or "TimeTz")
        {
            throw new FormatException(
                $"The column '{reader.GetName(column)}' has the type {type.ToUpperInvariant()}; convert it to a number or to text in the "
                + $"query, e.g. {(type == "Blob" ? "hex" : "CAST")}({reader.GetName(column)}{(type == "Blob" ? "" : " AS VARCHAR")}).");
        }

        try
        {
            return Convert(reader.GetValue(column), type);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException
            or InvalidCastException or NotSupportedException)
        {
            throw new FormatException(
                $"The column '{reader.GetName(column)}' ({type.ToUpperInvariant()}) has a value that cannot be carried over: "
                + $"{(type.StartsWith("Time", StringComparison.Ordinal) || type == "Date"
                    ? "it is infinite, or not in the years 1 to 9999" : exception.Message.TrimEnd('.'))}. "
                + "Convert it, or leave the row out, in the query.",
                exception);
        }
    }

    /// <summary>
    /// The query with JSON in place of lists, structs and maps, which the driver reads with their NULLs only as that; null: it has none.
    /// </summary>
    public static string? WithoutNested(DuckDBDataReader reader, string sql)
    {
        var nested = Enumerable.Range(0, reader.FieldCount).Select(column => IsNested(reader.GetDataTypeName(column))).ToList();
        if (!nested.Contains(true))
            return null;
        var columns = nested.Select((isNested, column) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(isNested ? $"CAST(to_json(c{column}) AS VARCHAR)" : $"c{column}")} AS {SqlText.Name(reader.GetName(column))}"));
        var names = Enumerable.Range(0, nested.Count).Select(column => string.Create(CultureInfo.InvariantCulture, $"c{column}"));
        return $"SELECT {string.Join(", ", columns)} FROM (\n{sql}\n) AS progeny_rows({string.Join(", ", names)})";
    }

    /// <summary>SQL for the instant of a time that is written as text; null: the column holds no texts.</summary>
    public static string? InstantOf(DuckDBDataReader reader, int column, string expression)
    {
        if (reader.GetDataTypeName(column) is not ("Varchar" or "Enum"))
            return null;
        var text = $"CAST({expression} AS VARCHAR)";
        // DuckDB reads a zone only behind seconds, and Z only in upper case.
        var whole = $"regexp_replace(replace(upper({text}), 'Z', '+00'), "
            + "'^(.{10})[T ]([0-9]{2}:[0-9]{2})([+-].*)?$', '\\1 \\2:00\\3')";
        return $"CASE WHEN regexp_full_match({text}, '{Day}|{Zoned}') THEN TRY_CAST(CASE WHEN length({text}) = 7 THEN {text} || '-01' "
            + $"ELSE {whole} END AS TIMESTAMPTZ) END";
    }

    /// <summary>SQL for the instant of a time of any type; null: the column holds none.</summary>
    public static string? TimeOf(DuckDBDataReader reader, int column, string expression) =>
        reader.GetDataTypeName(column) is "Date" or "Timestamp" or "TimestampS" or "TimestampMs" or "TimestampNs" or "TimestampTz"
            ? $"CAST({expression} AS TIMESTAMPTZ)"
            : InstantOf(reader, column, expression);

    /// <summary>SQL that is true where a value has a text; null: values of the type have no text of their own.</summary>
    public static string? HasText(DuckDBDataReader reader, int column, string expression, string parameter) =>
        reader.GetDataTypeName(column) is "Varchar" or "Enum" or "Uuid" or "Boolean" or "Decimal" or "TinyInt" or "SmallInt" or "Integer"
            or "BigInt" or "HugeInt" or "UnsignedTinyInt" or "UnsignedSmallInt" or "UnsignedInteger" or "UnsignedBigInt"
            or "UnsignedHugeInt"
            ? $"CAST({expression} AS VARCHAR) = {parameter}"
            : null;

    private static object? Convert(object value, string type) => value switch
    {
        string or bool or long or float or double or decimal => value,
        sbyte or short or int or byte or ushort or uint => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => Whole(number),
        BigInteger number => Whole(number),
        Guid id => id.ToString("d"),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTime time => time.ToString(
            type == "TimestampTz" ? "yyyy-MM-ddTHH:mm:ss.FFFFFFZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <remarks>A whole number keeps all of its digits: as a decimal where that has them, else as text.</remarks>
    private static object Whole(BigInteger number) =>
        number >= long.MinValue && number <= long.MaxValue ? (long)number
        : BigInteger.Abs(number) <= new BigInteger(decimal.MaxValue) ? (decimal)number
        : number.ToString(CultureInfo.InvariantCulture);

    private static bool IsNested(string type) => type is "List" or "Array" or "Struct" or "Map" or "Union";
}
