using System.Data.Common;
using Progeny.Abstractions.Metrics;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>The perfdb in the cluster's database.</summary>
public sealed class PostgresMetricsStore(PostgresPerfdb perfdb, TimeProvider time) : MetricsStore(time)
{
    /// <inheritdoc/>
    public override async Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken)
    {
        var age = await perfdb.ReadAgeAsync(cancellationToken);
        var generation = await perfdb.IdOfAsync(summary.Generation, cancellationToken);
        var cursor = await perfdb.WriteAsync(
            (connection, token) => new SummaryTransaction(connection, perfdb.Partitions, generation, summary, age).RunAsync(token),
            cancellationToken);
        await perfdb.UpkeepAsync(cancellationToken);
        return cursor;
    }

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        perfdb.ReadSnapshotAsync(work, cancellationToken);

    /// <inheritdoc/>
    protected override async ValueTask<DateTimeOffset?> ReadAgeAsync(CancellationToken cancellationToken) =>
        await perfdb.ReadAgeAsync(cancellationToken);
}
