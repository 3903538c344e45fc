using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Feeds;

/// <summary>Values on their way into and out of SQLite.</summary>
internal static class SqliteValues
{
    public static void Bind(SqliteCommand command, SqlQuery query, object?[] values)
    {
        if (command.Parameters.Count == 0)
        {
            foreach (var name in query.Parameters)
                command.Parameters.Add(new SqliteParameter { ParameterName = ":" + name });
        }

        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.Parameters[i];
            // The driver keeps the type of the first value unless it is told to read it again.
            parameter.ResetSqliteType();
            parameter.Value = values[i] ?? DBNull.Value;
        }
    }

    public static IReadOnlyList<string> Names(SqliteDataReader reader)
    {
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.GetName(i);
        return names;
    }

    /// <exception cref="FormatException">The value is a BLOB.</exception>
    public static object? Get(SqliteDataReader reader, int column)
    {
        var handle = reader.Handle!;
        return SQLitePCL.raw.sqlite3_column_type(handle, column) switch
        {
            SQLitePCL.raw.SQLITE_INTEGER => reader.GetInt64(column),
            SQLitePCL.raw.SQLITE_FLOAT => reader.GetDouble(column),
            SQLitePCL.raw.SQLITE_TEXT => reader.GetString(column),
            SQLitePCL.raw.SQLITE_NULL => null,
            _ => throw new FormatException(
                $"The column '{reader.GetName(column)}' holds a BLOB; select a number or text, e.g. hex({reader.GetName(column)})."),
        };
    }
}
