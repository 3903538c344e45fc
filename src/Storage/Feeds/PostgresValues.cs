using System.Globalization;
using Npgsql;

namespace Progeny.Storage.Feeds;

/// <summary>Values on their way out of PostgreSQL.</summary>
internal static class PostgresValues
{
    public static IReadOnlyList<string> Names(NpgsqlDataReader reader)
    {
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.GetName(i);
        return names;
    }

    /// <exception cref="FormatException">The column has a type that is neither number, boolean, text nor time.</exception>
    public static object? Get(NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
            return null;
        var type = reader.GetDataTypeName(column);
        // Names of types carry a length or precision: numeric(10,2).
        var bare = type.IndexOf('(', StringComparison.Ordinal) is var end and > 0 ? type[..end] : type;
        return bare switch
        {
            "smallint" or "integer" or "bigint" => reader.GetInt64(column),
            "real" or "double precision" or "numeric" => reader.GetDouble(column),
            "boolean" => reader.GetBoolean(column),
            "text" or "character varying" or "character" or "name" or "citext" or "json" or "jsonb" or "xml" or "unknown" or "\"char\"" =>
                reader.GetFieldValue<string>(column),
            "uuid" => reader.GetGuid(column).ToString("d"),
            "date" => reader.GetFieldValue<DateOnly>(column).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "time without time zone" => reader.GetFieldValue<TimeOnly>(column).ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
            "timestamp without time zone" => reader.GetDateTime(column).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
            "timestamp with time zone" => reader.GetDateTime(column).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture),
            _ => throw new FormatException($"The column '{reader.GetName(column)}' has the type {type}; cast it to a number or to text in the query."),
        };
    }
}
