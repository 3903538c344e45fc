using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Storage.Common;

namespace Progeny.Storage.Tracking.Sqlite;

/// <summary>The file with the statements that log to runs, which are compiled once.</summary>
internal sealed class TrackingFile : SqliteFile
{
    private readonly SqliteStatement _run;
    private readonly SqliteStatement _findParam;
    private readonly SqliteStatement _addParam;
    private readonly SqliteStatement _setTag;
    private readonly SqliteStatement _rename;
    private readonly SqliteStatement _addPoints;
    private readonly SqliteStatement _setLatest;
    private readonly SqliteStatement _addModelMetric;

    // Numbers of the rows of points only grow, also after a restart.
    private long _sequence = DateTime.UtcNow.Ticks;

    public TrackingFile(string path)
        : base(path, TrackingSchema.Sqlite, TrackingSchema.Version, "tracking")
    {
        _run = Prepare("SELECT id, experiment, stage FROM tracking_runs WHERE run_id = ?");
        _findParam = Prepare("SELECT value FROM tracking_params WHERE run = ? AND key = ?");
        _addParam = Prepare("INSERT INTO tracking_params (run, experiment, key, value) VALUES (?, ?, ?, ?)");
        _setTag = Prepare(
            """
            INSERT INTO tracking_tags (run, experiment, key, value) VALUES (?, ?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
            """);
        _rename = Prepare("UPDATE tracking_runs SET name = ? WHERE id = ?");
        _addPoints = Prepare("INSERT INTO tracking_points (run, key, sequence, points) VALUES (?, ?, ?, ?)");
        _setLatest = Prepare(
            """
            INSERT INTO tracking_latest (run, key, experiment, value, step, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, step = excluded.step, at = excluded.at
            WHERE (excluded.step, excluded.at, ifnull(excluded.value, 0))
                > (tracking_latest.step, tracking_latest.at, ifnull(tracking_latest.value, 0))
            """);
        _addModelMetric = Prepare(
            """
            INSERT INTO tracking_model_metrics (model, key, value, at, step, run_id, dataset_name, dataset_digest)
            SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM tracking_models WHERE model_id = ?1 AND stage = 'active'
            ON CONFLICT (model, key, at, step, run_id) DO UPDATE SET value = excluded.value
            """);
    }

    /// <summary>Logs to a run, in the writer's transaction. Everything is checked before anything is written.</summary>
    /// <returns>Why nothing was written; null: all was.</returns>
    public TrackingException? Log(RunBatch batch, IReadOnlyList<MetricPoints> metrics)
    {
        if (!TryFindRun(batch.RunId, out var run, out var experiment, out var refusal))
            return refusal;
        var added = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var param in batch.Params)
        {
            var old = added.TryGetValue(param.Key, out var own) ? own : FindParam(run, param.Key);
            if (old is not null && old != param.Value)
                return batch.Changed(param.Key, old, param.Value);
            if (old is null)
                added.Add(param.Key, param.Value);
        }

        foreach (var (key, value) in added)
            AddText(_addParam, run, experiment, key, value);
        foreach (var tag in batch.Tags)
            SetTag(run, experiment, tag);
        foreach (var metric in metrics)
            AddMetric(run, experiment, metric);
        foreach (var metric in batch.Metrics)
        {
            if (metric.ModelId is not null)
                AddModelMetric(batch.RunId, metric);
        }

        return null;
    }

    private protected override void DisposeStatements()
    {
        foreach (var statement in new[] { _run, _findParam, _addParam, _setTag, _rename, _addPoints, _setLatest, _addModelMetric })
            statement.Dispose();
    }

    private bool TryFindRun(string runId, out long run, out long experiment, out TrackingException? refusal)
    {
        (run, experiment, refusal) = (0, 0, null);
        _run.Bind(1, runId);
        try
        {
            if (!_run.Step())
                refusal = TrackingException.NoRun(runId);
            else if (_run.Text(2) != LifecycleStages.Active)
                refusal = RunBatch.NotActive(runId);
            else
                (run, experiment) = (_run.Int64(0), _run.Int64(1));
        }
        finally
        {
            _run.Reset();
        }

        return refusal is null;
    }

    private string? FindParam(long run, string key)
    {
        _findParam.Bind(1, run);
        _findParam.Bind(2, key);
        try
        {
            return _findParam.Step() ? _findParam.Text(0) : null;
        }
        finally
        {
            _findParam.Reset();
        }
    }

    private void SetTag(long run, long experiment, TrackingTag tag)
    {
        AddText(_setTag, run, experiment, tag.Key, tag.Value);
        if (tag.Key != RunBatch.NameTag)
            return;
        _rename.Bind(1, tag.Value);
        _rename.Bind(2, run);
        _rename.Execute();
    }

    private void AddMetric(long run, long experiment, MetricPoints metric)
    {
        _addPoints.Bind(1, run);
        _addPoints.Bind(2, metric.Key);
        _addPoints.Bind(3, ++_sequence);
        _addPoints.Bind(4, metric.Points);
        _addPoints.Execute();
        _setLatest.Bind(1, run);
        _setLatest.Bind(2, metric.Key);
        _setLatest.Bind(3, experiment);
        BindValue(_setLatest, 4, metric.Latest.Value);
        _setLatest.Bind(5, metric.Latest.Step);
        _setLatest.Bind(6, metric.Latest.Timestamp);
        _setLatest.Execute();
    }

    private void AddModelMetric(string runId, MetricPoint metric)
    {
        _addModelMetric.Bind(1, metric.ModelId);
        _addModelMetric.Bind(2, metric.Key);
        BindValue(_addModelMetric, 3, metric.Value);
        _addModelMetric.Bind(4, metric.Timestamp);
        _addModelMetric.Bind(5, metric.Step);
        _addModelMetric.Bind(6, runId);
        _addModelMetric.Bind(7, metric.DatasetName);
        _addModelMetric.Bind(8, metric.DatasetDigest);
        _addModelMetric.Execute();
    }

    private static void AddText(SqliteStatement statement, long run, long experiment, string key, string value)
    {
        statement.Bind(1, run);
        statement.Bind(2, experiment);
        statement.Bind(3, key);
        statement.Bind(4, value);
        statement.Execute();
    }

    private static void BindValue(SqliteStatement statement, int index, double value)
    {
        if (double.IsNaN(value))
            statement.Bind(index, (long?)null);
        else
            statement.Bind(index, value);
    }

    private SqliteStatement Prepare(string sql) => new(Connection, sql);
}
