using Dapper;
using Microsoft.Data.Sqlite;

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
            Records = new RecordWriter(connection);
            Outcomes = new Feedback.OutcomeWriter(connection);
            writer = new SqliteWriter(connection, "query log", Records.Reload);
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
    internal RecordWriter Records { get; }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal Feedback.OutcomeWriter Outcomes { get; }

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        writer.Dispose();
        Records.Dispose();
        Outcomes.Dispose();
        using (var readers = new SqliteConnection(readerString))
            SqliteConnection.ClearPool(readers);
        connection.Dispose();
    }

    internal T Write<T>(Func<T> work) => writer.Run(work);

    internal Task<T> WriteAsync<T>(Func<T> work, CancellationToken cancellationToken) => writer.RunAsync(work, cancellationToken);

    /// <summary>Runs a read on the thread pool, over a snapshot of its own.</summary>
    internal Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var reader = new SqliteConnection(readerString);
            reader.Open();
            using var snapshot = reader.BeginTransaction(deferred: true);
            return work(reader);
        },
        cancellationToken);
}
