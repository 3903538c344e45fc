using System.Runtime.ExceptionServices;
using Npgsql;

namespace Progeny.Storage.Feeds;

/// <summary>
/// The row that a reader stands on. The reader streams, so that a value that is too long is refused before it is in memory; it then yields
/// the columns in their order, once each, and those before the one that is asked for are kept.
/// </summary>
internal sealed class PostgresRow
{
    private readonly NpgsqlDataReader reader;
    private readonly object?[] values;
    private readonly bool[] isReadable;
    private int next;
    private long bytes;

    public PostgresRow(NpgsqlDataReader reader)
    {
        this.reader = reader;
        values = new object?[reader.FieldCount];
        isReadable = new bool[values.Length];
        for (var i = 0; i < values.Length; i++)
            isReadable[i] = PostgresValues.IsReadable(reader, i);
    }

    /// <summary>The bytes of all texts read so far, of all rows.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The reader has moved to another row.</summary>
    public void Begin() => (next, bytes) = (0, 0);

    /// <exception cref="FormatException">The value, or the column's type, cannot be carried over; the message names the column.</exception>
    public object? Get(int column)
    {
        for (; next <= column; next++)
        {
            if (next == column || isReadable[next])
                values[next] = Read(next);
        }

        if (values[column] is ExceptionDispatchInfo failure)
            failure.Throw();
        return values[column];
    }

    private object? Read(int column)
    {
        try
        {
            var before = bytes;
            var value = PostgresValues.Get(reader, column, ref bytes);
            TotalBytes += bytes - before;
            return value;
        }
        catch (FormatException exception)
        {
            // It concerns only those who want this column.
            return ExceptionDispatchInfo.Capture(exception);
        }
    }
}
