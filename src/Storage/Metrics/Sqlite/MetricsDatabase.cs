using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>The file of the perfdb: one writer, and readers beside it.</summary>
public sealed class MetricsDatabase : IDisposable
{
    private readonly string readerString;
    private readonly SqliteConnection connection;
    private readonly SqliteWriter writer;
    private readonly RetentionClock age;

    /// <summary>Opens the file, creating its schema where needed.</summary>
    /// <exception cref="SchemaVersionException">The file was written by another version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    public MetricsDatabase(string path, TimeProvider time, ILogger<MetricsDatabase>? logger = null)
    {
        age = new RetentionClock(time, logger);
        readerString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ToString();
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            SqliteSchema.Create(connection, MetricsSchema.Script, MetricsSchema.Version);
            Windows = new WindowWriter(connection);
            Scores = new ScoreWriter(connection, Windows);
            writer = new SqliteWriter(connection, "perfdb");
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new DataFolderException(
                $"The database '{path}' cannot be opened: {exception.Message} Put back a backup of the data folder.", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal WindowWriter Windows { get; }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal ScoreWriter Scores { get; }

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        writer.Dispose();
        Scores.Dispose();
        Windows.Dispose();
        using (var readers = new SqliteConnection(readerString))
            SqliteConnection.ClearPool(readers);
        connection.Dispose();
    }

    /// <summary>The time by which windows, scores and their changes are old; for work that runs on the writer's thread only.</summary>
    internal DateTimeOffset ReadAge() => age.Read(connection);

    internal Task<T> WriteAsync<T>(Func<T> work, CancellationToken cancellationToken) => writer.RunAsync(work, cancellationToken);

    /// <summary>Runs work of the caller's own statements in the writer's transaction.</summary>
    internal Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        writer.RunAsync(() => work(connection), cancellationToken);

    /// <summary>Runs a read on the thread pool, over a snapshot of its own.</summary>
    internal Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            // SQLite's driver does everything synchronously.
            await using var reader = new SqliteConnection(readerString);
            await reader.OpenAsync(cancellationToken);
            await using var snapshot = reader.BeginTransaction(deferred: true);
            return await work(reader, cancellationToken);
        },
        cancellationToken);
}
