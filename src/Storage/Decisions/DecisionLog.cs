using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Metrics;

namespace Progeny.Storage.Decisions;

/// <summary>What the log of decisions is on every database: how they are written as a row, and read.</summary>
public abstract class DecisionLog : IDecisionLog
{
    private const string Select =
        """
        SELECT sequence, id, at, kind, decided_by, message, generation, experiment, figures FROM decisions
        WHERE project = :project AND (:experiment IS NULL OR experiment = :experiment) AND sequence < :before
        ORDER BY sequence DESC LIMIT :limit
        """;

    /// <inheritdoc/>
    public abstract Task AppendAsync(Decision decision, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DecisionEntry>> ListAsync(
        string project, string? experiment, long? before, int limit, CancellationToken cancellationToken) => ReadAsync(
        async Task<IReadOnlyList<DecisionEntry>> (connection, token) =>
        {
            await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                Select, new { project, experiment, before = before ?? long.MaxValue, limit }, cancellationToken: token));
            var entries = new List<DecisionEntry>();
            while (await rows.ReadAsync(token))
                entries.Add(new DecisionEntry(rows.GetInt64(0), Read(project, rows)));
            return entries;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(string project, CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT count(*) FROM decisions WHERE project = :project", new { project }, cancellationToken: token)),
        cancellationToken);

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>The columns of a decision, as parameters.</summary>
    private protected static object Parameters(Decision decision) => new
    {
        decision.Id,
        decision.Project,
        At = decision.At.ToUnixTimeMilliseconds(),
        Kind = decision.Kind.ToString(),
        decision.By,
        decision.Message,
        Generation = decision.Generation?.ToString(),
        decision.Experiment,
        Figures = JsonSerializer.Serialize(decision.Figures, FigureJson.Options),
    };

    /// <summary>
    /// The entry of the audit log, which is written in the same transaction: also what nobody asked for is there. Who or what decided
    /// stands in it as the decision says.
    /// </summary>
    private protected static AuditEntry ToAuditEntry(Decision decision) => new()
    {
        At = decision.At,
        By = AuditEntry.Platform,
        Action = $"decision.{JsonNamingPolicy.SnakeCaseLower.ConvertName(decision.Kind.ToString())}",
        Project = decision.Project,
        Subject = decision.Generation?.ToString() ?? decision.Experiment,
        After = JsonSerializer.Serialize(new { decision.By, decision.Message, decision.Id }, JsonSerializerOptions.Web),
    };

    private static Decision Read(string project, DbDataReader row) => new()
    {
        Id = row.GetString(1),
        Project = project,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
        Kind = Enum.Parse<DecisionKind>(row.GetString(3)),
        By = row.GetString(4),
        Message = row.GetString(5),
        Generation = row.IsDBNull(6) ? null : GenerationReference.Parse(row.GetString(6)),
        Experiment = row.IsDBNull(7) ? null : row.GetString(7),
        Figures = JsonSerializer.Deserialize<ImmutableSortedDictionary<string, double>>(row.GetString(8), FigureJson.Options)!,
    };
}
