using System.Data.Common;
using Dapper;
using Progeny.Storage.Metrics.Sqlite;

namespace Progeny.Storage.Evaluation;

/// <summary>The last evaluations in the file of the perfdb.</summary>
public sealed class SqliteEvaluationStore(MetricsDatabase database) : EvaluationStore
{
    /// <inheritdoc/>
    protected override Task WriteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(sql, parameters), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);
}
