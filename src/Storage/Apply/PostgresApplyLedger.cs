using System.Data.Common;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Apply;

/// <summary>The ledger in the cluster's database.</summary>
public sealed class PostgresApplyLedger(ClusterDatabase database, TimeProvider time) : ApplyLedger(time)
{
    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => work(connection, token), cancellationToken);
}
