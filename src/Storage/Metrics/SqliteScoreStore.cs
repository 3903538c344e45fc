using System.Text.Json;
using Dapper;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Storage.Metrics;

/// <summary>How good predictions were, in the file of the perfdb.</summary>
public sealed class SqliteScoreStore(MetricsDatabase database) : IScoreStore
{
    private const string SelectArms =
        """
        SELECT s.arm, g.project, g.release, g.generation, count(*), coalesce(sum(s.value), 9e999), coalesce(sum(s.value * s.value), 9e999), sum(s.value <> 0 AND s.value <> 1)
        FROM (
            SELECT arm, generation, json_extract(figures, '$.' || json_quote(:metric)) AS value FROM scores
            WHERE project = :project AND moment >= :since AND reason IN (:share, :shadow)
        ) AS s JOIN generations AS g ON g.id = s.generation WHERE s.value IS NOT NULL
        GROUP BY s.arm, s.generation ORDER BY s.arm, s.generation
        """;

    private const string SelectChanges =
        """
        SELECT c.position, c.added, g.project, g.release, g.generation, c.arm, c.reason, c.sequence, c.moment, c.figures, c.cluster
        FROM score_changes AS c JOIN generations AS g ON g.id = c.generation
        WHERE c.project = :project AND c.position > :after ORDER BY c.position LIMIT :limit
        """;

    private const string SelectArrived =
        """
        SELECT name, coalesce(sum(sum), 9e999), sum(count) FROM arrivals
        WHERE generation = (SELECT id FROM generations WHERE project = :Project AND release = :Release AND generation = :Generation) AND start > :since AND start <= :until
        GROUP BY name
        """;

    /// <inheritdoc/>
    public Task<long> GetPlaceAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalar<long>("SELECT reports FROM score_cursor"), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingOutcome>> ListWaitingAsync(DateTimeOffset now, TimeSpan longest, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<WaitingOutcome> (connection) =>
        {
            using var reader = connection.ExecuteReader(
                "SELECT project, query_id, value, since, due FROM waiting WHERE due <= :now OR due > :latest ORDER BY due LIMIT :limit",
                new { now = now.ToUnixTimeSeconds(), latest = (now + longest).ToUnixTimeSeconds() + 1, limit });
            var waiting = new List<WaitingOutcome>();
            while (reader.Read())
            {
                waiting.Add(new WaitingOutcome(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(3)),
                    DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(4))));
            }

            return waiting;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(() => database.Scores.Apply(batch, database.ReadAge()), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ArmScores>> ReadArmsAsync(string project, DateTimeOffset since, string metric, CancellationToken cancellationToken) =>
        database.ReadAsync(
            IReadOnlyList<ArmScores> (connection) =>
            {
                using var rows = connection.ExecuteReader(
                    SelectArms, new { project, since = since.ToUnixTimeMilliseconds(), metric, share = Reasons.Share, shadow = Reasons.Shadow });
                var arms = new List<ArmScores>();
                while (rows.Read())
                    arms.Add(new ArmScores(rows.GetString(0), Generation(rows, 1), rows.GetInt64(4), rows.GetDouble(5), rows.GetDouble(6), rows.GetInt64(7)));
                return arms;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<(long Outcomes, IReadOnlyDictionary<string, MetricFigure> Figures)> ReadArrivedAsync(
        GenerationReference generation, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken) => database.ReadAsync(
        (long, IReadOnlyDictionary<string, MetricFigure>) (connection) =>
        {
            using var rows = connection.ExecuteReader(
                SelectArrived, new { generation.Project, generation.Release, generation.Generation, since = since.ToUnixTimeSeconds() - ArrivalWriter.Step, until = until.ToUnixTimeSeconds() });
            var figures = new Dictionary<string, MetricFigure>(StringComparer.Ordinal);
            while (rows.Read())
                figures.Add(rows.GetString(0), new MetricFigure(rows.GetDouble(1), rows.GetInt64(2)));
            return (figures.Remove(ArrivalWriter.CountName, out var outcomes) ? outcomes.Count : 0, figures);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.ExecuteScalar<long>("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'score_changes'"), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScoreChange>> ReadChangesAsync(string project, long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        IReadOnlyList<ScoreChange> (connection) =>
        {
            using var rows = connection.ExecuteReader(SelectChanges, new { project, after, limit });
            var changes = new List<ScoreChange>();
            while (rows.Read())
            {
                changes.Add(new ScoreChange(
                    rows.GetInt64(0),
                    rows.GetInt64(1) == 1,
                    Generation(rows, 2),
                    rows.GetString(5),
                    rows.GetString(6),
                    rows.GetInt64(7),
                    DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(8)),
                    JsonSerializer.Deserialize<Dictionary<string, double>>(rows.GetString(9))!)
                { Cluster = rows.IsDBNull(10) ? null : rows.GetInt32(10) });
            }

            return changes;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SweepAsync(LogStart begin, CancellationToken cancellationToken) =>
        database.WriteAsync(() => database.Scores.Sweep(begin), cancellationToken);

    private static GenerationReference Generation(System.Data.IDataRecord row, int column) =>
        new(row.GetString(column), row.GetString(column + 1), row.GetInt32(column + 2));
}
