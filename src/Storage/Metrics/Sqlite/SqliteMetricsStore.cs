using System.Data.Common;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>The perfdb in SQLite.</summary>
public sealed class SqliteMetricsStore(MetricsDatabase database, TimeProvider time) : MetricsStore(time)
{
    private readonly Interval removal = new(time, MetricsResolution.All[1].Step);

    /// <inheritdoc/>
    public override Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken) => database.WriteAsync(
        () =>
        {
            var age = database.ReadAge();
            var cursor = database.Windows.Add(summary, age);
            if (removal.IsDue())
                database.Windows.RemoveOld(age);
            return cursor;
        },
        cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);
}
