using Microsoft.Data.Sqlite;
using Progeny.Core.Drift;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics;

/// <summary>Keeps the newest rows of generations in blocks of some hundred rows; used by one thread, within the transaction that is open.</summary>
internal sealed class RecentWriter(SqliteConnection connection) : IDisposable
{
    /// <summary>How many rows of a generation are kept in blocks.</summary>
    public const int MaxRows = 50_000;

    // A block that has less takes up what comes next.
    private const int MinRows = 100;
    private const int MaxRemoved = 500;

    private readonly SqliteStatement selectLast = new(
        connection, "SELECT until, rows, data FROM recent WHERE generation = ?1 ORDER BY until DESC LIMIT 1");

    private readonly SqliteStatement insert = new(connection, "INSERT INTO recent (generation, until, rows, start, data) VALUES (?1, ?2, ?3, ?4, ?5)");
    private readonly SqliteStatement removeOne = new(connection, "DELETE FROM recent WHERE generation = ?1 AND until = ?2");
    private readonly SqliteStatement removeBefore = new(connection, "DELETE FROM recent WHERE generation = ?1 AND until <= ?2");
    private readonly SqliteStatement removeOld = new(
        connection, $"DELETE FROM recent WHERE (generation, until) IN (SELECT generation, until FROM recent WHERE start < ?1 ORDER BY start LIMIT {MaxRemoved})");

    /// <summary>Adds what a silo reported at once.</summary>
    public void Add(long generation, long start, ReadOnlySpan<byte> encoded)
    {
        var distributions = Distributions.Decode(encoded);
        var rows = distributions.Rows;
        if (rows == 0)
            return;
        var until = rows;
        if (Last(generation) is { } last)
        {
            until += last.Until;
            if (last.Rows < MinRows)
            {
                distributions.Merge(Distributions.Decode(last.Data));
                rows += last.Rows;
                Remove(removeOne, generation, last.Until);
            }
        }

        insert.Bind(1, generation);
        insert.Bind(2, until);
        insert.Bind(3, rows);
        insert.Bind(4, start);
        insert.Bind(5, distributions.Encode());
        insert.Execute();
        Remove(removeBefore, generation, until - MaxRows);
    }

    /// <summary>Removes some of what is older.</summary>
    public void RemoveOld(long start)
    {
        removeOld.Bind(1, start);
        removeOld.Execute();
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[selectLast, insert, removeOne, removeBefore, removeOld])
            statement.Dispose();
    }

    private static void Remove(SqliteStatement statement, long generation, long until)
    {
        statement.Bind(1, generation);
        statement.Bind(2, until);
        statement.Execute();
    }

    private (long Until, long Rows, byte[] Data)? Last(long generation)
    {
        selectLast.Bind(1, generation);
        try
        {
            return selectLast.Step() ? (selectLast.Int64(0), selectLast.Int64(1), selectLast.Blob(2).ToArray()) : null;
        }
        finally
        {
            selectLast.Reset();
        }
    }
}
