using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Metrics;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>
/// Keeps the newest rows of generations in blocks of some hundred rows; used by one thread, within the transaction that is open.
/// </summary>
internal sealed class RecentWriter(SqliteConnection connection) : IDisposable
{
    private const int MaxRemoved = 500;

    private readonly SqliteStatement selectLast = new(
        connection, "SELECT until, rows, start, data FROM recent WHERE generation = ?1 ORDER BY until DESC LIMIT 1");

    private readonly SqliteStatement insert = new(
        connection, "INSERT INTO recent (generation, until, rows, start, data) VALUES (?1, ?2, ?3, ?4, ?5)");
    private readonly SqliteStatement removeOne = new(connection, "DELETE FROM recent WHERE generation = ?1 AND until = ?2");
    private readonly SqliteStatement removeBefore = new(connection, "DELETE FROM recent WHERE generation = ?1 AND until <= ?2");
    private readonly SqliteStatement removeOld = new(
        connection,
        "DELETE FROM recent WHERE (generation, until) IN (SELECT generation, until FROM recent WHERE start < ?1 ORDER BY start LIMIT "
            + $"{MaxRemoved})");

    /// <summary>Adds the rows of a summary.</summary>
    public void Add(long generation, GenerationSummary summary)
    {
        if (RecentChange.Of(Last(generation), summary) is not { } change)
            return;
        if (change.Replaced is { } replaced)
            Remove(removeOne, generation, replaced);
        foreach (var block in change.Added)
        {
            insert.Bind(1, generation);
            insert.Bind(2, block.Until);
            insert.Bind(3, block.Rows);
            insert.Bind(4, block.Start);
            insert.Bind(5, block.Data);
            insert.Execute();
        }

        Remove(removeBefore, generation, change.RemovedUntil);
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

    private RecentBlock? Last(long generation)
    {
        selectLast.Bind(1, generation);
        try
        {
            return selectLast.Step()
                ? new RecentBlock(selectLast.Int64(0), selectLast.Int64(1), selectLast.Int64(2), selectLast.Blob(3).ToArray())
                : null;
        }
        finally
        {
            selectLast.Reset();
        }
    }
}
