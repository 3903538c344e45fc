using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Common;

/// <summary>A database file of ours: one writer, which joins the work of its callers, and readers beside it.</summary>
public abstract class SqliteFile : IDisposable
{
    private readonly string _readerString;
    private readonly SqliteConnection _connection;
    private readonly SqliteWriter _writer;

    /// <summary>Opens the file, creating its schema where needed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="script">Its schema.</param>
    /// <param name="version">The version of the schema.</param>
    /// <param name="name">The name of the writer's thread.</param>
    /// <exception cref="SchemaVersionException">The file was written by another version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    private protected SqliteFile(string path, string script, int version, string name)
    {
        _readerString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ToString();
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            _connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            SqliteSchema.Create(_connection, script, version);
            _writer = new SqliteWriter(_connection, name);
        }
        catch (SqliteException exception)
        {
            _connection.Dispose();
            throw new DataFolderException(
                $"The database '{path}' cannot be opened: {exception.Message} Put back a backup of the data folder.", exception);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The writer's connection, for work on its thread only, and for statements that are prepared before there is any.</summary>
    private protected SqliteConnection Connection => _connection;

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        DisposeStatements();
        using (var readers = new SqliteConnection(_readerString))
            SqliteConnection.ClearPool(readers);
        _connection.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes what was prepared on the writer's connection; no work runs any more.</summary>
    private protected virtual void DisposeStatements()
    {
    }

    /// <summary>Runs work in the writer's transaction.</summary>
    internal Task<T> WriteAsync<T>(Func<T> work, CancellationToken cancellationToken) => _writer.RunAsync(work, cancellationToken);

    /// <summary>Runs work of the caller's own statements in the writer's transaction.</summary>
    internal Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        _writer.RunAsync(() => work(_connection), cancellationToken);

    /// <summary>Runs a read on the thread pool, over a snapshot of its own.</summary>
    internal Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            // SQLite's driver does everything synchronously.
            await using var reader = new SqliteConnection(_readerString);
            await reader.OpenAsync(cancellationToken);
            await using var snapshot = reader.BeginTransaction(deferred: true);
            return await work(reader, cancellationToken);
        },
        cancellationToken);
}
