using System.Data.Common;
using Dapper;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Evaluation;

/// <summary>The last evaluations in the cluster's database.</summary>
public sealed class PostgresEvaluationStore(ClusterDatabase database) : EvaluationStore
{
    /// <inheritdoc/>
    protected override Task WriteAsync(string sql, object parameters, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);
}
