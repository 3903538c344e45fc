using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Progeny.Storage.Hosting;

/// <summary>Rows of a table in PostgreSQL, with the values that they have in SQLite (<see cref="SqliteRows"/>).</summary>
internal static class PostgresRows
{
    private const string MomentFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Reads the rows one after the other; the array of one is used again for the next.</summary>
    public static async IAsyncEnumerable<object?[]> ReadAsync(
        NpgsqlConnection connection, MovedTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(table.SelectFromPostgres, connection);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        var columns = table.InSqlite;
        var row = new object?[columns.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : Value(reader, i, columns[i].Kind);
            yield return row;
        }
    }

    /// <summary>Writes a row of <see cref="MovedTable.Copy"/>.</summary>
    public static async Task WriteAsync(NpgsqlBinaryImporter copy, MovedTable table, object?[] row, CancellationToken cancellationToken)
    {
        await copy.StartRowAsync(cancellationToken);
        var index = 0;
        foreach (var column in table.Columns)
        {
            var own = column.IsInSqlite ? row[index++] : null;
            if (column.IsInPostgres)
                await WriteAsync(copy, column.Kind, column.ToPostgres is { } convert ? convert(row) : own, cancellationToken);
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, ColumnKind kind, object? value, CancellationToken cancellationToken) =>
        (kind, value) switch
    {
        (_, null) => copy.WriteNullAsync(cancellationToken),
        (ColumnKind.Int, long number) => copy.WriteAsync((int)number, NpgsqlDbType.Integer, cancellationToken),
        (ColumnKind.Bigint, long number) => copy.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken),
        (ColumnKind.Double, double number) => copy.WriteAsync(number, NpgsqlDbType.Double, cancellationToken),
        (ColumnKind.Bytea, byte[] bytes) => copy.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken),
        (ColumnKind.Jsonb, string text) => copy.WriteAsync(text, NpgsqlDbType.Jsonb, cancellationToken),
        (ColumnKind.Timestamptz, string text) => copy.WriteAsync(
            DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
            NpgsqlDbType.TimestampTz,
            cancellationToken),
        (_, string text) => copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken),
        _ => throw new InvalidDataException($"A column of kind {kind} holds a {value.GetType().Name}."),
    };

    private static object Value(NpgsqlDataReader reader, int column, ColumnKind kind) => kind switch
    {
        ColumnKind.Int => (long)reader.GetInt32(column),
        ColumnKind.Bigint => reader.GetInt64(column),
        ColumnKind.Double => reader.GetDouble(column),
        ColumnKind.Bytea => reader.GetFieldValue<byte[]>(column),
        ColumnKind.Timestamptz => reader.GetDateTime(column).ToUniversalTime().ToString(MomentFormat, CultureInfo.InvariantCulture),
        _ => reader.GetString(column),
    };
}
