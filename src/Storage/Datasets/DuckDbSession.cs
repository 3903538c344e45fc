using System.Data;
using DuckDB.NET.Data;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets;

/// <summary>A database of DuckDB in memory, used by one caller at a time. Its work runs on threads beside the caller's.</summary>
public sealed class DuckDbSession : IAsyncDisposable
{
    private readonly DuckDBConnection connection;
    private readonly string folder;

    internal DuckDbSession(DuckDBConnection connection, string folder)
    {
        this.connection = connection;
        this.folder = folder;
    }

    /// <summary>The session's own folder, whose files it may read; it is deleted with the session.</summary>
    public string Folder => folder;

    /// <summary>For who needs what this class has not: appenders, table functions.</summary>
    internal DuckDBConnection Connection => connection;

    /// <summary>Runs statements; their rows are passed over.</summary>
    /// <exception cref="DuckDBException">A statement is refused or fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and the statement has ended.</exception>
    public Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken) => RunAsync(
        sql, static command => (long)command.ExecuteNonQuery(), cancellationToken);

    /// <summary>The first value of the first row; null: it is NULL, or there is no row.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken) => RunAsync(
        sql, static command => command.ExecuteScalar() is { } value and not DBNull ? value : null, cancellationToken);

    /// <summary>All rows, each made by a function; for results that fit into memory.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<IDataRecord, T> make, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<T>>(
            sql,
            command =>
            {
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                    rows.Add(make(reader));
                return rows;
            },
            cancellationToken);

    /// <summary>Runs work with a command on a thread of its own; cancelling interrupts what the command does.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    internal Task<T> RunAsync<T>(string sql, Func<DuckDBCommand, T> work, CancellationToken cancellationToken) => FeedThread.RunAsync(
        () =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var interrupt = cancellationToken.Register(static state => ((DuckDBCommand)state!).Cancel(), command);
            try
            {
                return work(command);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
