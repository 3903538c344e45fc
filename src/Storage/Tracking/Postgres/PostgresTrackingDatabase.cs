using Npgsql;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Tracking.Postgres;

/// <summary>The tables of tracking in the cluster's database.</summary>
public sealed class PostgresTrackingDatabase(ClusterDatabase database) : TrackingDatabase
{
    internal override TrackingDialect Dialect { get; } = new PostgresTrackingDialect();

    /// <inheritdoc/>
    internal override Task<T> ReadAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(new TrackingSession(connection, token)), cancellationToken);

    /// <inheritdoc/>
    internal override Task<T> WriteAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => work(new TrackingSession(connection, token)), cancellationToken);

    /// <inheritdoc/>
    internal override Task<TrackingException?> LogAsync(
        RunBatch batch, IReadOnlyList<MetricPoints> metrics, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => LogAsync(connection, batch, metrics, token), cancellationToken);

    private static async Task<TrackingException?> LogAsync(
        NpgsqlConnection connection, RunBatch batch, IReadOnlyList<MetricPoints> metrics, CancellationToken token)
    {
        // The row is held until the end, so that what is logged to one run is logged one after the other.
        var found = await new TrackingSession(connection, token).FirstAsync(
            "SELECT id, experiment, stage FROM tracking_runs WHERE run_id = :RunId FOR UPDATE",
            new { batch.RunId },
            row => ((long Id, long Experiment, string Stage)?)(row.GetInt64(0), row.GetInt64(1), row.GetString(2)));
        if (found is not { } run)
            return TrackingException.NoRun(batch.RunId);
        if (run.Stage != LifecycleStages.Active)
            return RunBatch.NotActive(batch.RunId);
        var (added, refusal) = await CheckParamsAsync(connection, batch, run.Id, token);
        if (refusal is not null)
            return refusal;
        await using var statements = new NpgsqlBatch(connection);
        AddTexts(statements, batch, run.Id, run.Experiment, added);
        AddMetrics(statements, metrics, run.Id, run.Experiment);
        foreach (var metric in batch.Metrics.Where(metric => metric.ModelId is not null))
            AddModelMetric(statements, batch.RunId, metric);
        if (statements.BatchCommands.Count > 0)
            await statements.ExecuteNonQueryAsync(token);
        return null;
    }

    private static async Task<(Dictionary<string, string> Added, TrackingException? Refusal)> CheckParamsAsync(
        NpgsqlConnection connection, RunBatch batch, long run, CancellationToken token)
    {
        var added = new Dictionary<string, string>(StringComparer.Ordinal);
        if (batch.Params.Length == 0)
            return (added, null);
        var known = (await new TrackingSession(connection, token).ListAsync(
            "SELECT key, value FROM tracking_params WHERE run = :run AND key = ANY (:keys)",
            new { run, keys = batch.Params.Select(param => param.Key).ToArray() },
            row => (Key: row.GetString(0), Value: row.GetString(1))))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (var param in batch.Params)
        {
            if (!known.TryGetValue(param.Key, out var old) && !added.TryGetValue(param.Key, out old))
                added.Add(param.Key, param.Value);
            else if (old != param.Value)
                return (added, batch.Changed(param.Key, old, param.Value));
        }

        return (added, null);
    }

    private static void AddTexts(NpgsqlBatch statements, RunBatch batch, long run, long experiment, Dictionary<string, string> added)
    {
        if (added.Count > 0)
        {
            statements.Add(
                "INSERT INTO tracking_params (run, experiment, key, value) SELECT $1, $2, * FROM unnest($3, $4)",
                run, experiment, added.Keys.ToArray(), added.Values.ToArray());
        }

        var tags = batch.Tags.GroupBy(tag => tag.Key, StringComparer.Ordinal).Select(group => group.Last()).OrderBy(
            tag => tag.Key, StringComparer.Ordinal).ToList();
        if (tags.Count == 0)
            return;
        statements.Add(
            """
            INSERT INTO tracking_tags (run, experiment, key, value) SELECT $1, $2, * FROM unnest($3, $4)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
            """,
            run, experiment, tags.Select(tag => tag.Key).ToArray(), tags.Select(tag => tag.Value).ToArray());
        if (tags.Find(tag => tag.Key == RunBatch.NameTag) is { } name)
            statements.Add("UPDATE tracking_runs SET name = $1 WHERE id = $2", name.Value, run);
    }

    private static void AddMetrics(NpgsqlBatch statements, IReadOnlyList<MetricPoints> metrics, long run, long experiment)
    {
        if (metrics.Count == 0)
            return;
        var keys = metrics.Select(metric => metric.Key).ToArray();
        statements.Add(
            "INSERT INTO tracking_points (run, key, points) SELECT $1, * FROM unnest($2, $3)",
            run, keys, metrics.Select(metric => metric.Points).ToArray());
        statements.Add(
            """
            INSERT INTO tracking_latest (run, experiment, key, value, step, at)
            SELECT $1, $2, key, nullif(value, 'NaN'), step, at FROM unnest($3, $4, $5, $6) AS latest (key, value, step, at)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, step = excluded.step, at = excluded.at
            WHERE (excluded.step, excluded.at, coalesce(excluded.value, 0))
                > (tracking_latest.step, tracking_latest.at, coalesce(tracking_latest.value, 0))
            """,
            run,
            experiment,
            keys,
            metrics.Select(metric => metric.Latest.Value).ToArray(),
            metrics.Select(metric => metric.Latest.Step).ToArray(),
            metrics.Select(metric => metric.Latest.Timestamp).ToArray());
    }

    private static void AddModelMetric(NpgsqlBatch statements, string runId, MetricPoint metric) => statements.Add(
        """
        INSERT INTO tracking_model_metrics (model, key, value, at, step, run_id, dataset_name, dataset_digest)
        SELECT id, $2, nullif($3::double precision, 'NaN'), $4, $5, $6, nullif($7, ''), nullif($8, '')
        FROM tracking_models WHERE model_id = $1 AND stage = 'active'
        ON CONFLICT (model, key, at, step, run_id) DO UPDATE SET value = excluded.value
        """,
        metric.ModelId!,
        metric.Key,
        metric.Value,
        metric.Timestamp,
        metric.Step,
        runId,
        metric.DatasetName ?? "",
        metric.DatasetDigest ?? "");
}
