using Microsoft.Data.Sqlite;
using Progeny.Storage.Common;

namespace Progeny.Storage.Hosting;

/// <summary>Rows of a table in SQLite. Whole numbers are <see cref="long"/>, moments and JSON texts.</summary>
internal static class SqliteRows
{
    /// <summary>Reads the rows one after the other; the array of one is used again for the next.</summary>
    public static IEnumerable<object?[]> Read(SqliteConnection connection, MovedTable table)
    {
        using var select = new SqliteStatement(connection, table.SelectFromSqlite);
        var columns = table.InSqlite;
        var row = new object?[columns.Count];
        while (select.Step())
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = select.IsNull(i) ? null : Value(select, i, columns[i].Kind);
            yield return row;
        }
    }

    /// <summary>Writes a row with a statement that is <see cref="MovedTable.Insert"/>.</summary>
    public static void Write(SqliteStatement insert, object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
            Bind(insert, i + 1, row[i]);
        insert.Execute();
    }

    private static object Value(SqliteStatement select, int column, ColumnKind kind) => kind switch
    {
        ColumnKind.Int or ColumnKind.Bigint => select.Int64(column),
        ColumnKind.Double => select.Real(column),
        ColumnKind.Bytea => select.Blob(column).ToArray(),
        _ => select.Text(column),
    };

    private static void Bind(SqliteStatement insert, int index, object? value)
    {
        switch (value)
        {
            case null:
                insert.Bind(index, (string?)null);
                break;
            case long number:
                insert.Bind(index, number);
                break;
            case double number:
                insert.Bind(index, number);
                break;
            case byte[] bytes:
                insert.Bind(index, bytes.AsSpan());
                break;
            default:
                insert.Bind(index, (string)value);
                break;
        }
    }
}
