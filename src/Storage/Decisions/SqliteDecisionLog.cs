using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;
using Progeny.Storage.Metrics;

namespace Progeny.Storage.Decisions;

/// <summary>Decisions in the file of the perfdb, from which nothing removes them.</summary>
public sealed class SqliteDecisionLog(MetricsDatabase database) : IDecisionLog
{
    private const string Insert =
        """
        INSERT INTO decisions (id, project, at, kind, decided_by, message, generation, experiment, figures)
        VALUES (:Id, :Project, :At, :Kind, :By, :Message, :Generation, :Experiment, :Figures) ON CONFLICT (id) DO NOTHING
        """;

    private const string Select =
        """
        SELECT sequence, id, at, kind, decided_by, message, generation, experiment, figures FROM decisions
        WHERE project = :project AND (:experiment IS NULL OR experiment = :experiment) AND sequence < :before ORDER BY sequence DESC LIMIT :limit
        """;

    /// <inheritdoc/>
    public Task AppendAsync(Decision decision, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(Insert, new
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
        }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DecisionEntry>> ListAsync(string project, string? experiment, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            IReadOnlyList<DecisionEntry> (connection) =>
            {
                using var rows = connection.ExecuteReader(Select, new { project, experiment, before = before ?? long.MaxValue, limit });
                var entries = new List<DecisionEntry>();
                while (rows.Read())
                    entries.Add(new DecisionEntry(rows.GetInt64(0), Read(project, rows)));
                return entries;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(string project, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.ExecuteScalar<long>("SELECT count(*) FROM decisions WHERE project = :project", new { project }), cancellationToken);

    private static Decision Read(string project, System.Data.IDataRecord row) => new()
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
