using System.Data.Common;
using Dapper;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Datasets;

/// <summary>The catalog of datasets in the cluster's database.</summary>
public sealed class PostgresDatasetCatalog(ClusterDatabase database) : DatasetCatalog
{
    /// <inheritdoc/>
    protected internal override Task<T> ReadAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);

    /// <inheritdoc/>
    protected internal override Task<T> SnapshotAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken: token));
            return await work(connection, token);
        },
        cancellationToken);

    /// <inheritdoc/>
    protected internal override Task<T> WriteAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => work(connection, token), cancellationToken);

    /// <inheritdoc/>
    protected internal override Task LockAsync(DbConnection connection, string dataset, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "SELECT 1 FROM datasets WHERE name = :dataset FOR UPDATE", new { dataset }, cancellationToken: cancellationToken));
}
