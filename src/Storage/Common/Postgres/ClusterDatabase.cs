using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>The cluster's PostgreSQL database: the pool of this process's connections, and the one way to use them.</summary>
public sealed class ClusterDatabase : IAsyncDisposable
{
    /// <summary>How long a statement may take, in seconds, unless its command says otherwise.</summary>
    public const int StatementSeconds = 10;

    public ClusterDatabase(IOptions<ClusterOptions> options)
    {
        Source = new NpgsqlDataSourceBuilder(ClusterConnection.OfStores(options.Value)).Build();
    }

    /// <summary>
    /// Why the database cannot be reached, as the last check found; null: it answers. Until a check succeeds nothing else is tried.
    /// </summary>
    internal string? Problem { get; set; }

    /// <summary>For who needs a connection to itself.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Runs statements that change nothing, each with a snapshot of its own.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (Exception exception) when (PostgresFaults.IsTransient(exception))
        {
            throw PostgresFaults.Unavailable(exception);
        }
    }

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer; whether the transaction was committed may not be
    /// known.</exception>
    public async Task<T> WriteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (Exception exception) when (PostgresFaults.IsTransient(exception))
        {
            throw PostgresFaults.Unavailable(exception);
        }
    }

    /// <summary>Refuses at once what would be waited for.</summary>
    /// <exception cref="StorageUnavailableException">The database is known to be away.</exception>
    internal void ThrowIfAway()
    {
        if (Problem is { } problem)
            throw new StorageUnavailableException($"The cluster's database cannot be reached: {problem}");
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
