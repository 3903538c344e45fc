using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Storage.Common;
using Progeny.Storage.Datasets.Rows;
using Progeny.Storage.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets;

/// <summary>The file <c>datasets.db</c> of a node that stands alone: one writer, and readers beside it.</summary>
public sealed class DatasetDatabase : IDisposable
{
    private readonly string readerString;
    private readonly SqliteConnection connection;
    private readonly SqliteWriter writer;

    /// <summary>Opens the file, creating its schema where needed.</summary>
    /// <exception cref="SchemaVersionException">The file was written by another version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    public DatasetDatabase(string path)
    {
        readerString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ToString();
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            SqliteSchema.Create(connection, $"{DatasetSchema.Script} {RowsSchema.Sqlite} {SubscriptionSchema.Script}", DatasetSchema.Version);
            writer = new SqliteWriter(connection, "datasets");
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

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        writer.Dispose();
        using (var readers = new SqliteConnection(readerString))
            SqliteConnection.ClearPool(readers);
        connection.Dispose();
    }

    /// <summary>Runs work in the writer's transaction.</summary>
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
