using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Storage.Tracking;

/// <summary>Reads whole runs by their numbers, with one statement for each table.</summary>
internal sealed class RunReader(TrackingDialect dialect)
{
    private const string Columns =
        "r.id, r.run_id, r.experiment, r.name, r.user_id, r.status, r.started, r.ended, r.artifact_uri, r.stage";

    /// <summary>Runs in the order of their numbers in the list.</summary>
    public async Task<List<TrackedRun>> ReadAsync(TrackingSession session, IReadOnlyList<long> runs)
    {
        if (runs.Count == 0)
            return [];
        var values = new { runs = dialect.List(runs) };
        var infos = (await session.ListAsync(
            $"SELECT {Columns} FROM tracking_runs r WHERE {dialect.In("r.id", "runs")}",
            values,
            row => (Id: row.GetInt64(0), Info: ReadInfo(row))))
            .ToDictionary(pair => pair.Id, pair => pair.Info);
        var metrics = await ListAsync(
            session,
            $"""
            SELECT l.run, k.name, l.value, l.at, l.step FROM tracking_latest l JOIN tracking_keys k ON k.id = l.key
            WHERE {dialect.In("l.run", "runs")}
            """,
            values,
            row => new MetricPoint { Key = row.GetString(1), Value = row.Metric(2), Timestamp = row.GetInt64(3), Step = row.GetInt64(4) });
        var parameters = await TextsAsync(session, "tracking_params", values);
        var tags = await TextsAsync(session, "tracking_tags", values);
        var datasets = await ListAsync(
            session,
            $"""
            SELECT i.run, d.name, d.digest, d.source_type, d.source, d.schema, d.profile, i.tags
            FROM tracking_run_datasets i JOIN tracking_datasets d ON d.id = i.dataset WHERE {dialect.In("i.run", "runs")} ORDER BY i.run, d.id
            """,
            values,
            ReadDataset);
        var models = await ListAsync(
            session,
            $"""
            SELECT run, model_id, is_output, step FROM tracking_run_models WHERE {dialect.In("run", "runs")} ORDER BY run, step, model_id
            """,
            values,
            row => (IsOutput: row.GetInt64(2) == 1, Model: new RunModel(row.GetString(1), row.GetInt64(2) == 1 ? row.GetInt64(3) : null)));
        return [.. runs.Where(infos.ContainsKey).Select(run => new TrackedRun(
            infos[run],
            new RunData
            {
                Metrics = [.. metrics[run].OrderBy(metric => metric.Key, StringComparer.Ordinal)],
                Params = [.. parameters[run]],
                Tags = [.. tags[run]],
            },
            new RunInputs
            {
                DatasetInputs = [.. datasets[run]],
                ModelInputs = [.. models[run].Where(each => !each.IsOutput).Select(each => each.Model)],
            },
            new RunOutputs { ModelOutputs = [.. models[run].Where(each => each.IsOutput).Select(each => each.Model)] }))];
    }

    /// <summary>What a run is.</summary>
    public static async Task<(long Id, RunInfo Info)?> FindInfoAsync(TrackingSession session, string runId) => await session.FirstAsync(
        $"SELECT {Columns} FROM tracking_runs r WHERE r.run_id = :runId",
        new { runId },
        row => ((long, RunInfo)?)(row.GetInt64(0), ReadInfo(row)));

    private Task<ILookup<long, TrackingTag>> TextsAsync(TrackingSession session, string table, object values) => ListAsync(
        session,
        $"SELECT run, key, value FROM {table} WHERE {dialect.In("run", "runs")} ORDER BY run, key",
        values,
        row => new TrackingTag(row.GetString(1), row.GetString(2)));

    private static async Task<ILookup<long, T>> ListAsync<T>(
        TrackingSession session, string sql, object values, Func<DbDataReader, T> read) =>
        (await session.ListAsync(sql, values, row => (Run: row.GetInt64(0), Item: read(row))))
        .ToLookup(pair => pair.Run, pair => pair.Item);

    private static DatasetInput ReadDataset(DbDataReader row) => new()
    {
        Dataset = new TrackedDataset
        {
            Name = row.GetString(1),
            Digest = row.GetString(2),
            SourceType = row.GetString(3),
            Source = row.GetString(4),
            Schema = row.TextOrNull(5),
            Profile = row.TextOrNull(6),
        },
        Tags = JsonSerializer.Deserialize<List<TrackingTag>>(row.GetString(7)) ?? [],
    };

    private static RunInfo ReadInfo(DbDataReader row) => new()
    {
        RunId = row.GetString(1),
        ExperimentId = row.GetInt64(2).ToString(CultureInfo.InvariantCulture),
        RunName = row.GetString(3),
        UserId = row.GetString(4),
        Status = row.GetString(5),
        StartTime = row.GetInt64(6),
        EndTime = row.NumberOrNull(7),
        ArtifactUri = row.GetString(8),
        LifecycleStage = row.GetString(9),
    };
}
