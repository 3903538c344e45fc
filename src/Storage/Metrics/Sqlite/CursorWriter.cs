using Microsoft.Data.Sqlite;
using Progeny.Abstractions.Metrics;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>Keeps up to where the windows hold each source of summaries; used by one thread, within the transaction that is open.</summary>
internal sealed class CursorWriter(SqliteConnection connection) : IDisposable
{
    private const int MaxRemoved = 500;

    private readonly SqliteStatement select = new(connection, "SELECT through FROM cursors WHERE source = ?1 AND generation = ?2");
    private readonly SqliteStatement upsert = new(
        connection,
        """
        INSERT INTO cursors (source, generation, through, logged, changed) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET through = excluded.through, changed = excluded.changed
        """);

    private readonly SqliteStatement removeRuns = new(
        connection,
        $"""
        DELETE FROM cursors WHERE (source, generation) IN (
            SELECT source, generation FROM cursors WHERE logged = 0 AND changed < ?1 ORDER BY changed LIMIT {MaxRemoved})
        """);

    /// <summary>The number up to which a source is counted for a generation; 0: nothing is.</summary>
    public long Read(Guid source, long generation)
    {
        select.Bind(1, source.ToByteArray(bigEndian: true));
        select.Bind(2, generation);
        try
        {
            return select.Step() ? select.Int64(0) : 0;
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>Moves the cursor of a summary's source to the summary's end.</summary>
    public void Write(GenerationSummary summary, long generation, DateTimeOffset now)
    {
        upsert.Bind(1, summary.Source.ToByteArray(bigEndian: true));
        upsert.Bind(2, generation);
        upsert.Bind(3, summary.Through);
        upsert.Bind(4, summary.IsLogged ? 1L : 0L);
        upsert.Bind(5, now.ToUnixTimeSeconds());
        upsert.Execute();
    }

    /// <summary>Removes some cursors of silo runs that ended long ago.</summary>
    public void RemoveOld(DateTimeOffset now)
    {
        removeRuns.Bind(1, (now - PerfdbRetention.Runs).ToUnixTimeSeconds());
        removeRuns.Execute();
    }

    public void Dispose()
    {
        select.Dispose();
        upsert.Dispose();
        removeRuns.Dispose();
    }
}
