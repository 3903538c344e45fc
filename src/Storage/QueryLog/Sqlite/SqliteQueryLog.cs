using Microsoft.Extensions.Logging;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>The query log in SQLite.</summary>
/// <param name="running">The projects whose old records are removed; null: all.</param>
public sealed class SqliteQueryLog(
    QueryDatabase database, TimeProvider time, RetentionScope? running = null, ILogger<SqliteQueryLog>? logger = null)
    : StoredQueryLog(database)
{
    private readonly RetentionClock _age = new(time, logger);
    private readonly RetentionScope _running = running ?? RetentionScope.All;

    /// <inheritdoc/>
    public override void Journal(IReadOnlyList<QueryBatch> batches) => database.Journal(batches);

    /// <inheritdoc/>
    public override void Append(IReadOnlyList<QueryBatch> batches) => database.Append(batches);

    /// <inheritdoc/>
    public override bool Upkeep() => database.Sweep(_age, _running);
}
