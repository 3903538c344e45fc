using System.Data.Common;
using Dapper;
using Progeny.Abstractions.Decisions;
using Progeny.Storage.Metrics.Sqlite;
using Progeny.Storage.Security;

namespace Progeny.Storage.Decisions;

/// <summary>Decisions in the file of the perfdb, from which nothing removes them.</summary>
public sealed class SqliteDecisionLog(MetricsDatabase database, SqliteAuditLog audit) : DecisionLog
{
    private const string Insert =
        """
        INSERT INTO decisions (id, project, at, kind, decided_by, message, generation, experiment, figures)
        VALUES (:Id, :Project, :At, :Kind, :By, :Message, :Generation, :Experiment, :Figures) ON CONFLICT (id) DO NOTHING
        """;

    /// <inheritdoc/>
    public override Task AppendAsync(Decision decision, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                var added = connection.Execute(Insert, Parameters(decision));
                if (added > 0)
                    audit.Append(connection, ToAuditEntry(decision));
                return added;
            },
            cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync(work, cancellationToken);
}
