using Npgsql;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>
/// Stores the scores of a batch: three round trips, however many there are. Whoever scores holds the row of the cursor, so nobody else
/// writes scores, figures, arrivals, changes or what waits meanwhile; and the changes are numbered in the order of commits.
/// </summary>
/// <param name="generations">The numbers of the batch's generations.</param>
/// <param name="age">The time by which windows and changes are old.</param>
internal sealed class ScoreTransaction(
    NpgsqlConnection connection,
    PerfdbPartitions partitions,
    ScoreBatch batch,
    IReadOnlyDictionary<GenerationReference, long> generations,
    DateTimeOffset age)
{
    /// <summary>Takes the lock that keeps others from scoring.</summary>
    public const string Lock = "SELECT reports, changes FROM score_cursor FOR UPDATE";

    private const string SelectScores =
        """
        SELECT s.project, s.query_id, s.generation, s.figures, s.arm, s.reason, s.sequence, s.moment, s.arrived, s.cluster
        FROM unnest($1, $2) AS k (project, query_id) JOIN scores AS s ON s.project = k.project AND s.query_id = k.query_id
        """;

    private const string SelectFigures = "SELECT generation, step, start, name, arm, shadow, sum, count FROM figures";
    private const string SelectArrivals =
        "SELECT generation, name, start, sum, count FROM arrivals WHERE generation = ANY ($1) AND start = ANY ($2)";

    private const string UpsertFigures =
        """
        INSERT INTO figures (generation, step, start, name, arm, shadow, sum, count) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (generation, step, start, name, arm, shadow) DO UPDATE SET sum = excluded.sum, count = excluded.count
        """;

    private const string UpsertArrivals =
        """
        INSERT INTO arrivals (generation, name, start, sum, count) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (generation, start, name) DO UPDATE SET sum = excluded.sum, count = excluded.count
        """;

    private const string UpsertScores =
        """
        INSERT INTO scores (project, query_id, generation, figures, arm, reason, sequence, moment, arrived, cluster)
        SELECT project, query_id, generation, CAST(figures AS jsonb), arm, reason, sequence, moment, arrived, cluster
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            AS score (project, query_id, generation, figures, arm, reason, sequence, moment, arrived, cluster)
        ON CONFLICT (project, query_id) DO UPDATE SET generation = excluded.generation, figures = excluded.figures, arm = excluded.arm,
            reason = excluded.reason, sequence = excluded.sequence, moment = excluded.moment, arrived = excluded.arrived,
            cluster = excluded.cluster
        """;

    private const string InsertChanges =
        """
        INSERT INTO score_changes (changed, position, project, added, generation, arm, reason, sequence, moment, figures, cluster)
        SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string UpsertWaiting =
        """
        INSERT INTO waiting (project, query_id, value, since, due) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (project, query_id) DO UPDATE SET value = excluded.value, since = excluded.since, due = excluded.due
        """;

    private const string RemoveWaiting =
        """
        DELETE FROM waiting AS w USING unnest($1, $2) AS gone (project, query_id) WHERE w.project = gone.project AND w.query_id = gone.query_id
        """;

    private static readonly string TrimArrivals =
        $"""
        DELETE FROM arrivals WHERE generation = $1 AND start <= (
            SELECT start FROM arrivals WHERE generation = $1 AND name = '{ArrivalKey.CountName}'
            ORDER BY start DESC LIMIT 1 OFFSET {ArrivalKey.MaxParts})
        """;

    private readonly ScoreTally tally = new(batch.At.ToUnixTimeSeconds(), age);

    /// <returns>False where another node has moved the place meanwhile.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var (place, lastChange, stored) = await ReadScoresAsync(cancellationToken);
        if (place != batch.Before)
            return false;
        tally.Add(batch.Scores, stored.GetValueOrDefault, generation => generations[generation]);
        await partitions.EnsureAsync(connection, tally.Figures.Keys, age.ToUnixTimeSeconds(), cancellationToken);
        var (figures, arrivals) = await ReadSumsAsync(cancellationToken);
        await using var writes = connection.CreateBatch();
        AddFigures(writes, figures);
        AddArrivals(writes, arrivals);
        AddScores(writes);
        AddChanges(writes, lastChange);
        AddWaiting(writes);
        writes.Add("UPDATE score_cursor SET reports = $1, changes = $2", batch.After, lastChange + tally.Changes.Count);
        await writes.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private async Task<(long Place, long LastChange, Dictionary<(string Project, string QueryId), StoredScore> Stored)> ReadScoresAsync(
        CancellationToken cancellationToken)
    {
        await using var reads = connection.CreateBatch();
        reads.Add(Lock).Add(
            SelectScores, batch.Scores.Select(score => score.Project).ToArray(), batch.Scores.Select(score => score.QueryId).ToArray());
        await using var reader = await reads.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (place, lastChange) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken);
        var stored = new Dictionary<(string Project, string QueryId), StoredScore>();
        while (await reader.ReadAsync(cancellationToken))
        {
            stored[(reader.GetString(0), reader.GetString(1))] = new StoredScore(
                reader.GetInt64(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetString(5),
                reader.GetInt64(6),
                reader.GetInt64(7),
                reader.GetInt64(8),
                reader.GetValue(9) as int?);
        }

        return (place, lastChange, stored);
    }

    /// <summary>
    /// The sums that are stored, of the windows and parts of time that change. They are added up here, since PostgreSQL refuses a sum that
    /// overflows.
    /// </summary>
    private async Task<(Dictionary<FigureKey, MetricFigure> Figures, Dictionary<ArrivalKey, MetricFigure> Arrivals)> ReadSumsAsync(
        CancellationToken cancellationToken)
    {
        var figures = new Dictionary<FigureKey, MetricFigure>();
        var arrivals = new Dictionary<ArrivalKey, MetricFigure>();
        await using var reads = connection.CreateBatch();
        var steps = tally.Figures.Keys.GroupBy(key => key.Step).ToList();
        foreach (var keys in steps)
        {
            reads.Add(
                $"{SelectFigures} WHERE generation = ANY ($1) AND step = {keys.Key} AND start = ANY ($2)",
                keys.Select(key => key.Generation).Distinct().ToArray(),
                keys.Select(key => key.Start).Distinct().ToArray());
        }

        reads.Add(
            SelectArrivals,
            tally.Arrivals.Keys.Select(key => key.Generation).Distinct().ToArray(),
            tally.Arrivals.Keys.Select(key => key.Start).Distinct().ToArray());
        await using var reader = await reads.ExecuteReaderAsync(cancellationToken);
        foreach (var _ in steps)
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var (generation, step, start) = (reader.GetInt64(0), reader.GetInt32(1), reader.GetInt64(2));
                var key = new FigureKey(generation, step, start, reader.GetString(3), reader.GetString(4), reader.GetInt32(5) == 1);
                figures.Add(key, new MetricFigure(reader.GetDouble(6), reader.GetInt64(7)));
            }

            await reader.NextResultAsync(cancellationToken);
        }

        while (await reader.ReadAsync(cancellationToken))
            arrivals.Add(new ArrivalKey(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)), new MetricFigure(
                reader.GetDouble(3), reader.GetInt64(4)));
        return (figures, arrivals);
    }

    private void AddFigures(NpgsqlBatch writes, Dictionary<FigureKey, MetricFigure> stored)
    {
        if (tally.Figures.Count == 0)
            return;
        var (keys, sums) = (
            tally.Figures.Keys.ToList(), tally.Figures.Select(pair => stored.GetValueOrDefault(pair.Key) + pair.Value).ToList());
        writes.Add(
            UpsertFigures,
            keys.Select(key => key.Generation).ToArray(),
            keys.Select(key => key.Step).ToArray(),
            keys.Select(key => key.Start).ToArray(),
            keys.Select(key => key.Name).ToArray(),
            keys.Select(key => key.Arm).ToArray(),
            keys.Select(key => key.IsShadow ? 1 : 0).ToArray(),
            sums.Select(figure => figure.Sum).ToArray(),
            sums.Select(figure => figure.Count).ToArray());
    }

    private void AddArrivals(NpgsqlBatch writes, Dictionary<ArrivalKey, MetricFigure> stored)
    {
        // What is taken away of a part that is gone went with it.
        var changed = tally.Arrivals.Where(pair => pair.Key.Start == tally.ArrivalStart || stored.ContainsKey(pair.Key))
            .Select(pair => (pair.Key, Sum: stored.GetValueOrDefault(pair.Key) + pair.Value)).ToList();
        if (changed.Count == 0)
            return;
        writes.Add(
            UpsertArrivals,
            changed.Select(one => one.Key.Generation).ToArray(),
            changed.Select(one => one.Key.Name).ToArray(),
            changed.Select(one => one.Key.Start).ToArray(),
            changed.Select(one => one.Sum.Sum).ToArray(),
            changed.Select(one => one.Sum.Count).ToArray());
        foreach (var (key, _) in changed.Where(one => one.Key.Name == ArrivalKey.CountName && !stored.ContainsKey(one.Key)))
            writes.Add(TrimArrivals, key.Generation);
    }

    private void AddScores(NpgsqlBatch writes)
    {
        if (tally.Scores.Count == 0)
            return;
        var projects = tally.Scores.Keys.Select(key => key.Project).ToArray();
        var queries = tally.Scores.Keys.Select(key => key.QueryId).ToArray();
        var scores = tally.Scores.Values.ToList();
        writes.Add(
                UpsertScores,
                projects,
                queries,
                scores.Select(score => score.Generation).ToArray(),
                scores.Select(score => score.Figures).ToArray(),
                scores.Select(score => score.Arm).ToArray(),
                scores.Select(score => score.Reason).ToArray(),
                scores.Select(score => score.Sequence).ToArray(),
                scores.Select(score => score.Moment).ToArray(),
                scores.Select(score => score.Arrived).ToArray(),
                scores.Select(score => score.Cluster).ToArray())
            .Add(RemoveWaiting, projects, queries);
    }

    private void AddChanges(NpgsqlBatch writes, long last)
    {
        if (tally.Changes.Count == 0)
            return;
        var changes = tally.Changes;
        writes.Add(
            InsertChanges,
            age.ToUnixTimeSeconds(),
            Enumerable.Range(1, changes.Count).Select(i => last + i).ToArray(),
            changes.Select(change => change.Project).ToArray(),
            changes.Select(change => change.IsAdded ? 1 : 0).ToArray(),
            changes.Select(change => change.Score.Generation).ToArray(),
            changes.Select(change => change.Score.Arm).ToArray(),
            changes.Select(change => change.Score.Reason).ToArray(),
            changes.Select(change => change.Score.Sequence).ToArray(),
            changes.Select(change => change.Score.Moment).ToArray(),
            changes.Select(change => change.Score.Figures).ToArray(),
            changes.Select(change => change.Score.Cluster).ToArray());
    }

    private void AddWaiting(NpgsqlBatch writes)
    {
        // The last one of a query counts.
        if (batch.Waiting.GroupBy(one => (one.Project, one.QueryId)).Select(group => group.Last()).ToList() is { Count: > 0 } waiting)
        {
            writes.Add(
                UpsertWaiting,
                waiting.Select(one => one.Project).ToArray(),
                waiting.Select(one => one.QueryId).ToArray(),
                waiting.Select(one => one.Value).ToArray(),
                waiting.Select(one => one.Since.ToUnixTimeSeconds()).ToArray(),
                waiting.Select(one => one.Due.ToUnixTimeSeconds()).ToArray());
        }

        if (batch.GivenUp.Count > 0)
            writes.Add(
                RemoveWaiting, batch.GivenUp.Select(one => one.Project).ToArray(), batch.GivenUp.Select(one => one.QueryId).ToArray());
    }
}
