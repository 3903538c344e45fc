using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics;

/// <summary>Stores how good predictions were; used by one thread, within the transaction that is open.</summary>
internal sealed class ScoreWriter(SqliteConnection connection, WindowWriter windows) : IDisposable
{
    private const int SweptAtOnce = 1_000;

    /// <summary>The name under which the number of known outcomes is stored among the figures.</summary>
    public const string OutcomesName = "outcomes";

    private readonly SqliteStatement selectCursor = new(connection, "SELECT reports FROM score_cursor");
    private readonly SqliteStatement updateCursor = new(connection, "UPDATE score_cursor SET reports = ?1");
    private readonly SqliteStatement selectScore = new(connection, "SELECT generation, figures, arm, reason, sequence, moment, arrived, cluster FROM scores WHERE project = ?1 AND query_id = ?2");
    private readonly SqliteStatement upsertScore = new(
        connection,
        """
        INSERT INTO scores (project, query_id, generation, at, figures, arm, reason, sequence, moment, arrived, cluster)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT DO UPDATE SET generation = excluded.generation, at = excluded.at, figures = excluded.figures, arm = excluded.arm,
            reason = excluded.reason, sequence = excluded.sequence, moment = excluded.moment, arrived = excluded.arrived,
            cluster = excluded.cluster
        """);

    private readonly SqliteStatement insertChange = new(
        connection,
        """
        INSERT INTO score_changes (project, added, generation, arm, reason, sequence, moment, figures, changed, cluster)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """);

    private readonly SqliteStatement upsertWaiting = new(
        connection,
        """
        INSERT INTO waiting (project, query_id, value, since, due) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET value = excluded.value, since = excluded.since, due = excluded.due
        """);

    private readonly ArrivalWriter arrivals = new(connection);
    private readonly SqliteStatement removeWaiting = new(connection, "DELETE FROM waiting WHERE project = ?1 AND query_id = ?2");

    /// <summary>Does what <see cref="IScoreStore.ApplyAsync"/> says.</summary>
    /// <param name="now">The time by which windows and changes are old.</param>
    public bool Apply(ScoreBatch batch, DateTimeOffset now)
    {
        if (Cursor() != batch.Before)
            return false;
        var arrived = batch.At.ToUnixTimeSeconds();
        arrivals.Clear();
        foreach (var score in batch.Scores)
        {
            Replace(score, arrived, now);
            Remove(score.Project, score.QueryId);
        }

        arrivals.Flush(arrived);

        foreach (var waiting in batch.Waiting)
        {
            upsertWaiting.Bind(1, waiting.Project);
            upsertWaiting.Bind(2, waiting.QueryId);
            upsertWaiting.Bind(3, waiting.Value);
            upsertWaiting.Bind(4, waiting.Since.ToUnixTimeSeconds());
            upsertWaiting.Bind(5, waiting.Due.ToUnixTimeSeconds());
            upsertWaiting.Execute();
        }

        foreach (var waiting in batch.GivenUp)
            Remove(waiting.Project, waiting.QueryId);
        updateCursor.Bind(1, batch.After);
        updateCursor.Execute();
        return true;
    }

    /// <summary>Does what <see cref="IScoreStore.SweepAsync"/> says.</summary>
    public bool Sweep(LogStart begin) => SweptAtOnce == connection.Execute(
        """
        DELETE FROM scores WHERE project = :Project AND query_id IN (
            SELECT query_id FROM scores
            WHERE project = :Project AND generation = (SELECT id FROM generations WHERE project = :Owner AND release = :Release AND generation = :Generation)
              AND sequence < :Sequence AND (sequence > 0 OR moment < :moment)
            ORDER BY sequence LIMIT :SweptAtOnce)
        """,
        new
        {
            begin.Project,
            Owner = begin.Generation.Project,
            begin.Generation.Release,
            begin.Generation.Generation,
            begin.Sequence,
            moment = begin.At?.ToUnixTimeMilliseconds() ?? long.MaxValue,
            SweptAtOnce,
        });

    public void Dispose()
    {
        arrivals.Dispose();
        foreach (var statement in (SqliteStatement[])[selectCursor, updateCursor, selectScore, upsertScore, insertChange, upsertWaiting, removeWaiting])
            statement.Dispose();
    }

    private long Cursor()
    {
        try
        {
            selectCursor.Step();
            return selectCursor.Int64(0);
        }
        finally
        {
            selectCursor.Reset();
        }
    }

    private void Replace(OutcomeScore score, long arrived, DateTimeOffset now)
    {
        if (Find(score.Project, score.QueryId) is { } old)
            Count(score.Project, old, -1, now);
        var stored = new StoredScore(
            windows.IdOf(score.Generation), JsonSerializer.Serialize(score.Values), score.Arm, score.Reason, score.Sequence, score.At.ToUnixTimeMilliseconds(), arrived, score.Cluster);
        Count(score.Project, stored, 1, now);
        upsertScore.Bind(1, score.Project);
        upsertScore.Bind(2, score.QueryId);
        upsertScore.Bind(3, stored.Generation);
        upsertScore.Bind(4, stored.Second);
        upsertScore.Bind(5, stored.Figures);
        upsertScore.Bind(6, stored.Arm);
        upsertScore.Bind(7, stored.Reason);
        upsertScore.Bind(8, stored.Sequence);
        upsertScore.Bind(9, stored.Moment);
        upsertScore.Bind(10, stored.Arrived);
        upsertScore.Bind(11, stored.Cluster);
        upsertScore.Execute();
    }

    private void Count(string project, StoredScore score, int sign, DateTimeOffset now)
    {
        var isShadow = score.Reason == Reasons.Shadow;
        windows.Add(score.Generation, score.Second, score.Arm, isShadow, OutcomesName, new MetricFigure(0, sign), now);
        arrivals.Add(score.Generation, ArrivalWriter.CountName, score.Arrived, new MetricFigure(0, sign));
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, double>>(score.Figures)!)
        {
            windows.Add(score.Generation, score.Second, score.Arm, isShadow, name, new MetricFigure(sign * value, sign), now);
            arrivals.Add(score.Generation, name, score.Arrived, new MetricFigure(sign * value, sign));
        }

        insertChange.Bind(1, project);
        insertChange.Bind(2, sign > 0 ? 1L : 0L);
        insertChange.Bind(3, score.Generation);
        insertChange.Bind(4, score.Arm);
        insertChange.Bind(5, score.Reason);
        insertChange.Bind(6, score.Sequence);
        insertChange.Bind(7, score.Moment);
        insertChange.Bind(8, score.Figures);
        insertChange.Bind(9, now.ToUnixTimeSeconds());
        insertChange.Bind(10, score.Cluster);
        insertChange.Execute();
    }

    private StoredScore? Find(string project, string queryId)
    {
        selectScore.Bind(1, project);
        selectScore.Bind(2, queryId);
        try
        {
            return selectScore.Step()
                ? new StoredScore(
                    selectScore.Int64(0), selectScore.Text(1), selectScore.Text(2), selectScore.Text(3), selectScore.Int64(4), selectScore.Int64(5), selectScore.Int64(6),
                    selectScore.IsNull(7) ? null : selectScore.Int64(7))
                : null;
        }
        finally
        {
            selectScore.Reset();
        }
    }

    private void Remove(string project, string queryId)
    {
        removeWaiting.Bind(1, project);
        removeWaiting.Bind(2, queryId);
        removeWaiting.Execute();
    }

    private sealed record StoredScore(long Generation, string Figures, string Arm, string Reason, long Sequence, long Moment, long Arrived, long? Cluster)
    {
        public long Second => Moment / 1000;
    }
}
