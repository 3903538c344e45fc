using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>The file of the query log and the outcomes: one writer, and readers beside it that never hold it up.</summary>
public sealed class QueryDatabase : IDisposable
{
    private const int CacheKibibytes = 32 * 1024;

    // Pages in the write-ahead log before they move to the main file: 16 MiB.
    private const int CheckpointPages = 4_096;

    private readonly string readerString;
    private readonly SqliteConnection connection;
    private readonly SqliteWriter writer;
    private readonly SegmentWriter segments;
    private readonly IdIndexWriter ids;
    private readonly Feedback.OutcomeSweep outcomeSweep;
    private long age = long.MinValue;
    private bool stale;

    /// <summary>Opens the file, creating and migrating its schema where needed.</summary>
    /// <exception cref="SchemaVersionException">The file was written by a newer version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    public QueryDatabase(string path)
    {
        readerString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ToString();
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute(
                $"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -{CacheKibibytes};
                PRAGMA wal_autocheckpoint = {CheckpointPages};
                """);
            SqliteMigrations.Apply(connection, QuerySchema.Migrations);
            ids = new IdIndexWriter(connection);
            segments = new SegmentWriter(connection, ids);
            Outcomes = new Feedback.OutcomeWriter(connection);
            Keyed = new Feedback.KeyedWriter(connection);
            outcomeSweep = new Feedback.OutcomeSweep(connection);
            writer = new SqliteWriter(connection, "query log");
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new DataFolderException($"The database '{path}' cannot be opened: {exception.Message} Put back a backup of the data folder.", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal Feedback.OutcomeWriter Outcomes { get; }

    /// <summary>The time by which the last sweep told what is old; null: there was none yet.</summary>
    internal DateTimeOffset? Age => Volatile.Read(ref age) is var known and not long.MinValue ? QueryCodes.DecodeTime(known) : null;

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal Feedback.KeyedWriter Keyed { get; }

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        writer.Dispose();
        segments.Dispose();
        ids.Dispose();
        Outcomes.Dispose();
        Keyed.Dispose();
        using (var readers = new SqliteConnection(readerString))
            SqliteConnection.ClearPool(readers);
        connection.Dispose();
    }

    /// <summary>Runs work in a transaction on the calling thread; it is on disk when the call returns.</summary>
    internal void Write(Action<SegmentWriter> work) => Write(() => work(segments));

    /// <summary>Removes a part of the records that are older than they are kept, and of the outcomes of records that are gone.</summary>
    /// <param name="clock">Tells what is old.</param>
    /// <param name="projects">Of the others nothing is removed.</param>
    /// <returns>Whether there may be more.</returns>
    internal bool Sweep(AgeClock clock, RunningProjects projects)
    {
        var (more, now) = (false, default(DateTimeOffset));
        Write(() =>
        {
            now = clock.Read(connection);
            Volatile.Write(ref age, QueryCodes.Encode(now));
            more = new RetentionSweep(connection, ids.Runs).Step(now, projects);
        });
        if (!more)
            Write(() => more = outcomeSweep.Step(now, ids.Recent, projects));
        return more;
    }

    internal Task<T> WriteAsync<T>(Func<T> work, CancellationToken cancellationToken) => writer.RunAsync(work, cancellationToken);

    /// <summary>Runs a read on the thread pool, over a snapshot of its own, with the ids that the index of the snapshot may not hold yet.</summary>
    internal Task<T> ReadAsync<T>(Func<SqliteConnection, RecentIds, T> work, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var recent = ids.Recent;
            using var reader = new SqliteConnection(readerString);
            reader.Open();
            using var snapshot = reader.BeginTransaction(deferred: true);
            return work(reader, recent);
        },
        cancellationToken);

    /// <summary>What a failed transaction left in memory is not in the file: the next one reads it anew.</summary>
    private void Write(Action work) => writer.Run(
        () =>
        {
            if (stale)
            {
                segments.Reload();
                ids.Reload();
            }

            stale = true;
            work();
        },
        () =>
        {
            stale = false;
            ids.Publish();
        });
}
