using Microsoft.Extensions.Options;
using Npgsql;
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

    /// <summary>For who needs a connection to itself.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Runs statements that change nothing, each with a snapshot of its own.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
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
    /// <exception cref="StorageUnavailableException">The database does not answer; whether the transaction was committed may not be known.</exception>
    public async Task<T> WriteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
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

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
