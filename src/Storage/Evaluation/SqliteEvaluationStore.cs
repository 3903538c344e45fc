using System.Data.Common;
using Dapper;
using Progeny.Core.Evaluation;
using Progeny.Storage.Metrics.Sqlite;

namespace Progeny.Storage.Evaluation;

/// <summary>The last evaluations in the file of the perfdb.</summary>
public sealed class SqliteEvaluationStore(MetricsDatabase database) : EvaluationStore
{
    /// <inheritdoc/>
    public override Task SaveAsync(ServedEvaluation evaluation, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(Upsert, Parameters(evaluation)), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);
}
