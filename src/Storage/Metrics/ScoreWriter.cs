using System.Text.Json;
using Microsoft.Data.Sqlite;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>Stores how good predictions were; used by one thread, within the transaction that is open.</summary>
internal sealed class ScoreWriter(SqliteConnection connection, WindowWriter windows) : IDisposable
{
    /// <summary>The name under which the number of known outcomes is stored among the figures.</summary>
    public const string OutcomesName = "outcomes";

    private readonly SqliteStatement selectPlace = new(connection, "SELECT reports FROM place");
    private readonly SqliteStatement updatePlace = new(connection, "UPDATE place SET reports = ?1");
    private readonly SqliteStatement selectScore = new(connection, "SELECT generation, at, figures FROM scores WHERE project = ?1 AND query_id = ?2");
    private readonly SqliteStatement upsertScore = new(
        connection,
        """
        INSERT INTO scores (project, query_id, generation, at, figures) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET generation = excluded.generation, at = excluded.at, figures = excluded.figures
        """);

    private readonly SqliteStatement upsertWaiting = new(
        connection,
        """
        INSERT INTO waiting (project, query_id, value, since, due) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET value = excluded.value, since = excluded.since, due = excluded.due
        """);

    private readonly SqliteStatement removeWaiting = new(connection, "DELETE FROM waiting WHERE project = ?1 AND query_id = ?2");

    /// <summary>Does what <see cref="IScoreStore.ApplyAsync"/> says.</summary>
    public bool Apply(ScoreBatch batch, DateTimeOffset now)
    {
        if (Place() != batch.Before)
            return false;
        foreach (var score in batch.Scores)
        {
            Replace(score, now);
            Remove(score.Project, score.QueryId);
        }

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
        updatePlace.Bind(1, batch.After);
        updatePlace.Execute();
        return true;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[selectPlace, updatePlace, selectScore, upsertScore, upsertWaiting, removeWaiting])
            statement.Dispose();
    }

    private long Place()
    {
        try
        {
            selectPlace.Step();
            return selectPlace.Int64(0);
        }
        finally
        {
            selectPlace.Reset();
        }
    }

    private void Replace(OutcomeScore score, DateTimeOffset now)
    {
        if (Find(score.Project, score.QueryId) is { } old)
            Count(old.Generation, old.At, old.Values, -1, now);
        var generation = windows.IdOf(score.Generation);
        var at = score.At.ToUnixTimeSeconds();
        Count(generation, at, score.Values, 1, now);
        upsertScore.Bind(1, score.Project);
        upsertScore.Bind(2, score.QueryId);
        upsertScore.Bind(3, generation);
        upsertScore.Bind(4, at);
        upsertScore.Bind(5, JsonSerializer.Serialize(score.Values));
        upsertScore.Execute();
    }

    private void Count(long generation, long at, IReadOnlyDictionary<string, double> values, int sign, DateTimeOffset now)
    {
        windows.Add(generation, at, OutcomesName, new MetricFigure(0, sign), now);
        foreach (var (name, value) in values)
            windows.Add(generation, at, name, new MetricFigure(sign * value, sign), now);
    }

    private (long Generation, long At, IReadOnlyDictionary<string, double> Values)? Find(string project, string queryId)
    {
        selectScore.Bind(1, project);
        selectScore.Bind(2, queryId);
        try
        {
            return selectScore.Step()
                ? (selectScore.Int64(0), selectScore.Int64(1), JsonSerializer.Deserialize<Dictionary<string, double>>(selectScore.Text(2))!)
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
