using System.Globalization;
using Npgsql;
using Npgsql.PostgresTypes;

namespace Progeny.Storage.Feeds;

/// <summary>Values on their way out of PostgreSQL, each with the text that the database itself gives it where it is read as one.</summary>
internal static class PostgresValues
{
    // What the server sends: dates and times count from the year 2000 on, and the ends of the range are the infinities.
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // A time that is written as text; the first of them names no zone.
    private const string Day = @"^\d{4}-\d{2}(-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?)?$";
    private const string ZonedTime = @"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)$";

    /// <summary>The most bytes of the texts of a row.</summary>
    private const int LongestText = SqliteSession.LongestValue;

    public static IReadOnlyList<string> Names(NpgsqlDataReader reader)
    {
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.GetName(i);
        return names;
    }

    /// <summary>Whether values of the column's type can be carried over.</summary>
    public static bool IsReadable(NpgsqlDataReader reader, int column) =>
        IsText(reader, column) || TypeOf(reader, column) is "smallint" or "integer" or "bigint" or "real"
        or "double precision" or "numeric" or "boolean" or "uuid" or "date" or "time without time zone" or "timestamp without time zone"
        or "timestamp with time zone";

    /// <param name="bytes">The bytes of the row's texts, which may be as many as those of one.</param>
    /// <exception cref="FormatException">The value, or the column's type, cannot be carried over; the message names the column.</exception>
    public static object? Get(NpgsqlDataReader reader, int column, ref long bytes)
    {
        if (reader.IsDBNull(column))
            return null;
        try
        {
            if (IsText(reader, column) && (bytes += reader.GetBytes(column, 0, null, 0, 0)) > LongestText)
            {
                throw new FormatException(
                    $"The column '{reader.GetName(column)}' is too long: the texts of a row may have {LongestText} bytes. "
                    + $"Select less of it, e.g. left({reader.GetName(column)}, 1000).");
            }

            return Read(reader, column);
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or ArgumentException or NotSupportedException)
        {
            throw Unfit(reader, column, e.Message, e);
        }
    }

    /// <summary>SQL for the instant of a time that is written as text; null: the column holds no texts.</summary>
    public static string? InstantOf(NpgsqlDataReader reader, int column, string expression)
    {
        if (TypeOf(reader, column) is not ("text" or "character varying" or "character" or "name" or "citext" or "unknown"))
            return null;
        var text = $"({expression})::text";
        return $"CASE WHEN {text} ~ '{Day}' THEN (CASE WHEN length({text}) = 7 THEN {text} || '-01' ELSE {text} END)::timestamp AT TIME "
        + "ZONE 'UTC' "
            + $"WHEN {text} ~ '{ZonedTime}' THEN {text}::timestamptz END";
    }

    /// <summary>SQL for the instant of a time of any type; null: the column holds none.</summary>
    public static string? TimeOf(NpgsqlDataReader reader, int column, string expression) =>
        TypeOf(reader, column) is "date" or "timestamp without time zone" or "timestamp with time zone"
            ? $"({expression})::timestamptz"
            : InstantOf(reader, column, expression);

    /// <summary>SQL that is true where a value has a text; null: values of the type have no text of their own.</summary>
    public static string? HasText(NpgsqlDataReader reader, int column, string expression, string parameter)
    {
        var text = $"CAST({parameter} AS text)";
        return TypeOf(reader, column) switch
        {
            // What is compared is of the column's type, so that an index serves it.
            "smallint" or "integer" or "bigint" => $"{expression} = CASE WHEN {text} ~ '^(0|-?[1-9][0-9]{{0,18}})$' THEN CASE WHEN "
                + $"{text}::numeric BETWEEN {long.MinValue} AND {long.MaxValue} THEN {text}::bigint END END",
            "text" or "character varying" => $"{expression} = {text} AND {expression}::text COLLATE \"C\" = {text}",
            "boolean" => $"CASE WHEN {expression} THEN 'true' WHEN NOT {expression} THEN 'false' END = {text}",
            "uuid" => $"{expression} = CASE WHEN {text} ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' THEN {text}::uuid END",
            "numeric" or "unknown" => $"{expression}::text = {text}",
            _ => IsText(reader, column) ? $"{expression}::text COLLATE \"C\" = {text}" : null,
        };
    }

    private static bool IsText(NpgsqlDataReader reader, int column) => reader.GetPostgresType(column) is PostgresEnumType
        || TypeOf(reader, column) is "character" or "text" or "character varying" or "name" or "citext" or "json" or "jsonb" or "xml"
        or "unknown" or "\"char\"";

    private static object Read(NpgsqlDataReader reader, int column)
    {
        if (reader.GetPostgresType(column) is PostgresEnumType)
            return reader.GetFieldValue<string>(column);
        return TypeOf(reader, column) switch
        {
            "smallint" or "integer" or "bigint" => reader.GetInt64(column),
            "real" => reader.GetFloat(column),
            "double precision" => reader.GetDouble(column),
            "numeric" => ReadNumeric(reader, column),
            "boolean" => reader.GetBoolean(column),

            // Blanks at the end of a char(n) are no part of its value.
            "character" => reader.GetFieldValue<string>(column).TrimEnd(' '),
            "text" or "character varying" or "name" or "citext" or "json" or "jsonb" or "xml" or "unknown" or "\"char\"" =>
                reader.GetFieldValue<string>(column),
            "uuid" => reader.GetGuid(column).ToString("d"),
            "date" =>
                Moment(reader, column, reader.GetFieldValue<int>(column) is var days && days is int.MaxValue or int.MinValue
                    ? null
                    : days * TimeSpan.TicksPerDay, "yyyy-MM-dd"),
            "time without time zone" => reader.GetFieldValue<TimeOnly>(column).ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
            "timestamp without time zone" => Moment(reader, column, Ticks(reader, column), "yyyy-MM-ddTHH:mm:ss.FFFFFF"),
            "timestamp with time zone" => Moment(reader, column, Ticks(reader, column), "yyyy-MM-ddTHH:mm:ss.FFFFFFZ"),
            _ => throw new FormatException(
                $"The column '{reader.GetName(column)}' has the type {reader.GetDataTypeName(column)}; cast it to a number or to text in "
                    + "the query."),
        };
    }

    /// <remarks>Names of types carry a length or precision: numeric(10,2), timestamp(3) without time zone.</remarks>
    private static string TypeOf(NpgsqlDataReader reader, int column)
    {
        var type = reader.GetDataTypeName(column);
        var open = type.IndexOf('(', StringComparison.Ordinal);
        return open <= 0 ? type : type[..open] + type[(type.IndexOf(')', open) + 1)..];
    }

    /// <remarks>A decimal keeps scale and digits, up to 28 of them; a whole number keeps all of its digits as text.</remarks>
    private static object ReadNumeric(NpgsqlDataReader reader, int column)
    {
        // A value that the driver cannot make a decimal of could not be read again.
        var bytes = new byte[reader.GetBytes(column, 0, null, 0, 0)];
        reader.GetBytes(column, 0, bytes, 0, bytes.Length);
        return PostgresNumeric.Read(bytes);
    }

    private static long? Ticks(NpgsqlDataReader reader, int column) => reader.GetFieldValue<long>(column) switch
    {
        long.MaxValue or long.MinValue => null,
        // Out of the range of a DateTime long before it is out of that of its ticks.
        var microseconds =>
            Math.Clamp(microseconds, -(long.MaxValue / TimeSpan.TicksPerMicrosecond), long.MaxValue / TimeSpan.TicksPerMicrosecond)
                * TimeSpan.TicksPerMicrosecond,
    };

    private static string Moment(NpgsqlDataReader reader, int column, long? sinceEpoch, string format)
    {
        if (sinceEpoch is not { } ticks)
            throw Unfit(reader, column, "it is infinite");
        return ticks >= DateTime.MinValue.Ticks - Epoch.Ticks && ticks <= DateTime.MaxValue.Ticks - Epoch.Ticks
            ? Epoch.AddTicks(ticks).ToString(format, CultureInfo.InvariantCulture)
            : throw Unfit(reader, column, "it is not in the years 1 to 9999");
    }

    private static FormatException Unfit(NpgsqlDataReader reader, int column, string why, Exception? inner = null) =>
        new($"The column '{reader.GetName(column)}' ({reader.GetDataTypeName(column)}) has a value that cannot be carried over: {why}. "
            + "Convert it, or leave the row out, in the query.", inner);
}
