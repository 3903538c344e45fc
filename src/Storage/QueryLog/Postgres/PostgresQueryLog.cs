using Progeny.Abstractions.QueryLog;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The query log of a cluster in PostgreSQL.</summary>
/// <remarks>
/// There is no journal on a node: what is journaled is appended, and on the database's disk when the call returns. What is appended
/// otherwise is there for every reader when the call returns, and on disk a moment later.
/// </remarks>
public sealed class PostgresQueryLog(PostgresQueryStore store) : StoredQueryLog(store)
{
    /// <inheritdoc/>
    public override void Journal(IReadOnlyList<QueryBatch> batches) => store.Appender.Append(batches, isDurable: true);

    /// <inheritdoc/>
    public override void Append(IReadOnlyList<QueryBatch> batches) => store.Appender.Append(batches, isDurable: false);

    /// <inheritdoc/>
    public override bool Upkeep() => store.Sweep();
}
