using System.Data.Common;
using Dapper;
using Progeny.Abstractions.Decisions;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Security;

namespace Progeny.Storage.Decisions;

/// <summary>Decisions in the cluster's database, from which nothing removes them.</summary>
public sealed class PostgresDecisionLog(ClusterDatabase database, PostgresAuditLog audit) : DecisionLog
{
    // The row of the last number is locked until the transaction ends, so numbers grow in the order of commits: a reader that goes on
    // behind a number misses none. A decision that is known takes no number.
    private const string Insert =
        """
        WITH next AS (
            UPDATE decision_end SET last = last + 1 WHERE NOT EXISTS (SELECT FROM decisions WHERE id = :Id) RETURNING last
        )
        INSERT INTO decisions (sequence, id, project, at, kind, decided_by, message, generation, experiment, figures)
        SELECT last, :Id, :Project, :At, :Kind, :By, :Message, :Generation, :Experiment, :Figures FROM next ON CONFLICT (id) DO NOTHING
        """;

    /// <inheritdoc/>
    public override Task AppendAsync(Decision decision, CancellationToken cancellationToken)
    {
        // PostgreSQL's texts hold no NUL, which a person may have written; that must not keep a promotion from being decided.
        var parameters = Parameters(decision with { Message = decision.Message.Replace('\0', '\uFFFD') });
        return database.WriteAsync(
            async (connection, token) =>
            {
                var added = await connection.ExecuteAsync(new CommandDefinition(Insert, parameters, cancellationToken: token));
                if (added > 0)
                    await audit.AppendAsync(connection, ToAuditEntry(decision), token);
                return added;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);
}
