using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>Stores how good predictions were; used by one thread, within the transaction that is open.</summary>
internal sealed class ScoreWriter(SqliteConnection connection, WindowWriter windows) : IDisposable
{
    private readonly SqliteStatement selectCursor = new(connection, "SELECT reports FROM score_cursor");
    private readonly SqliteStatement updateCursor = new(connection, "UPDATE score_cursor SET reports = ?1");
    private readonly SqliteStatement selectScore = new(
        connection,
        "SELECT generation, figures, arm, reason, sequence, moment, arrived, cluster FROM scores WHERE project = ?1 AND query_id = ?2");
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
        var tally = new ScoreTally(batch.At.ToUnixTimeSeconds(), now);
        tally.Add(batch.Scores, Find, windows.IdOf);
        foreach (var ((project, queryId), score) in tally.Scores)
        {
            Store(project, queryId, score);
            Remove(project, queryId);
        }

        foreach (var (key, figure) in tally.Figures)
            windows.Add(key, figure);
        foreach (var (project, isAdded, score) in tally.Changes)
            AddChange(project, isAdded, score, now);
        arrivals.Add(tally);
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

    public void Dispose()
    {
        arrivals.Dispose();
        foreach (var statement in (SqliteStatement[])[
            selectCursor,
            updateCursor,
            selectScore,
            upsertScore,
            insertChange,
            upsertWaiting,
            removeWaiting,
        ])
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

    private void Store(string project, string queryId, StoredScore score)
    {
        upsertScore.Bind(1, project);
        upsertScore.Bind(2, queryId);
        upsertScore.Bind(3, score.Generation);
        upsertScore.Bind(4, score.Second);
        upsertScore.Bind(5, score.Figures);
        upsertScore.Bind(6, score.Arm);
        upsertScore.Bind(7, score.Reason);
        upsertScore.Bind(8, score.Sequence);
        upsertScore.Bind(9, score.Moment);
        upsertScore.Bind(10, score.Arrived);
        upsertScore.Bind(11, (long?)score.Cluster);
        upsertScore.Execute();
    }

    private void AddChange(string project, bool isAdded, StoredScore score, DateTimeOffset now)
    {
        insertChange.Bind(1, project);
        insertChange.Bind(2, isAdded ? 1L : 0L);
        insertChange.Bind(3, score.Generation);
        insertChange.Bind(4, score.Arm);
        insertChange.Bind(5, score.Reason);
        insertChange.Bind(6, score.Sequence);
        insertChange.Bind(7, score.Moment);
        insertChange.Bind(8, score.Figures);
        insertChange.Bind(9, now.ToUnixTimeSeconds());
        insertChange.Bind(10, (long?)score.Cluster);
        insertChange.Execute();
    }

    private StoredScore? Find((string Project, string QueryId) key)
    {
        selectScore.Bind(1, key.Project);
        selectScore.Bind(2, key.QueryId);
        try
        {
            return selectScore.Step()
                ? new StoredScore(
                    selectScore.Int64(0), selectScore.Text(1), selectScore.Text(2), selectScore.Text(3), selectScore.Int64(
                        4), selectScore.Int64(5), selectScore.Int64(6),
                    selectScore.IsNull(7) ? null : (int)selectScore.Int64(7))
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
}
