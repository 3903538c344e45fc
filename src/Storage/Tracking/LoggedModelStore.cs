using System.Data.Common;
using System.Globalization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The logged models, on both databases.</summary>
internal sealed class LoggedModelStore(TrackingDatabase database, TimeProvider time) : ILoggedModelStore
{
    private const string Columns =
        "l.id, l.model_id, l.experiment, l.name, l.model_type, l.source_run_id, l.artifact_uri, l.status, l.created, l.updated";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public Task<LoggedModel> CreateAsync(NewLoggedModel model, CancellationToken cancellationToken)
    {
        var modelId = $"m-{RunNames.NextId()}";
        var name = string.IsNullOrEmpty(model.Name) ? RunNames.Next() : model.Name;
        return database.WriteAsync(
            async session =>
            {
                await ExperimentStore.ThrowIfNotActiveAsync(session, model.Experiment);
                var location = await session.ScalarAsync<string>(
                    "SELECT artifact_location FROM tracking_experiments WHERE id = :Experiment", new { model.Experiment });
                var id = await session.ScalarAsync<long>(
                    """
                    INSERT INTO tracking_models (
                        model_id, experiment, name, model_type, source_run_id, artifact_uri, status, created, updated, stage)
                    VALUES (:modelId, :Experiment, :name, :type, :SourceRunId, :uri, :Pending, :now, :now, 'active') RETURNING id
                    """,
                    new
                    {
                        modelId,
                        model.Experiment,
                        name,
                        type = model.ModelType ?? "",
                        SourceRunId = string.IsNullOrEmpty(model.SourceRunId) ? null : model.SourceRunId,
                        uri = $"{location!.TrimEnd('/')}/models/{modelId}/artifacts",
                        LoggedModelStatuses.Pending,
                        now = Now,
                    });
                await SetAllAsync(session, "tracking_model_params", id, model.Params);
                await SetAllAsync(session, "tracking_model_tags", id, model.Tags);
                return await GetAsync(session, modelId);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LoggedModel?> FindAsync(string modelId, CancellationToken cancellationToken) => database.ReadAsync(
        async session => await FindIdAsync(session, modelId) is { } id ? (await ReadAsync(session, [id]))[0] : null, cancellationToken);

    /// <inheritdoc/>
    public Task<LoggedModel> SetStatusAsync(string modelId, string status, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var id = await GetIdAsync(session, modelId);
            await session.ExecuteAsync(
                "UPDATE tracking_models SET status = :status, updated = :now WHERE id = :id", new { id, status, now = Now });
            return (await ReadAsync(session, [id]))[0];
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string modelId, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            "UPDATE tracking_models SET stage = 'deleted', updated = :now WHERE id = :id",
            new { id = await GetIdAsync(session, modelId), now = Now }),
        cancellationToken);

    /// <inheritdoc/>
    public Task SetTagsAsync(string modelId, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await SetAllAsync(session, "tracking_model_tags", await GetIdAsync(session, modelId), tags), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteTagAsync(string modelId, string key, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var id = await GetIdAsync(session, modelId);
            if (await session.ExecuteAsync("DELETE FROM tracking_model_tags WHERE model = :id AND key = :key", new { id, key }) == 0)
                throw TrackingException.Missing($"No tag with key '{key}' found for model with ID '{modelId}'.");
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task LogParamsAsync(string modelId, IReadOnlyList<TrackingTag> parameters, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                var id = await GetIdAsync(session, modelId);
                foreach (var param in parameters)
                {
                    var old = await session.ScalarAsync<string>(
                        "SELECT value FROM tracking_model_params WHERE model = :id AND key = :Key", new { id, param.Key });
                    if (old is not null && old != param.Value)
                    {
                        throw TrackingException.Invalid(
                            $"Changing param values is not allowed. Param with key='{param.Key}' was already logged with value='{old}' "
                                + $"for model ID='{modelId}'. Attempted logging new value '{param.Value}'.");
                    }
                }

                await SetAllAsync(session, "tracking_model_params", id, parameters);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<LoggedModel>> SearchAsync(
        SearchRequest request, IReadOnlyList<DatasetReference> datasets, CancellationToken cancellationToken)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.LoggedModels) { MetricCondition = OfDatasets(datasets) };
        var (joins, terms) = sql.Order(request.Order, "l.created DESC, l.model_id");
        var statement = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT l.id FROM tracking_models l{joins}
            WHERE l.stage = 'active' AND {sql.In("l.experiment", request.Experiments ?? [])} AND {sql.Where(request.Filter)}
            ORDER BY {terms} LIMIT {request.MaxResults + 1} OFFSET {request.Offset}
            """);
        foreach (var (name, value) in DatasetValues(datasets))
            sql.Values.Add(name, value);
        return database.ReadAsync(
            async session =>
            {
                var page = PageToken.ToPage(request, await session.ListAsync(statement, sql.Values, row => row.GetInt64(0)));
                return new TrackingPage<LoggedModel>(await ReadAsync(session, page.Items), page.NextPageToken);
            },
            cancellationToken);
    }

    private static string? OfDatasets(IReadOnlyList<DatasetReference> datasets) => datasets.Count == 0
        ? null
        : $"({string.Join(" OR ", datasets.Select((dataset, i) => $"({{0}}.dataset_name = :dataset{i}"
            + (dataset.DatasetDigest is null ? ")" : $" AND {{0}}.dataset_digest = :digest{i})")))})";

    private static IEnumerable<(string Name, string Value)> DatasetValues(IReadOnlyList<DatasetReference> datasets)
    {
        for (var i = 0; i < datasets.Count; i++)
        {
            yield return ($"dataset{i}", datasets[i].DatasetName ?? "");
            if (datasets[i].DatasetDigest is { } digest)
                yield return ($"digest{i}", digest);
        }
    }

    private static async Task SetAllAsync(TrackingSession session, string table, long id, IReadOnlyList<TrackingTag> texts)
    {
        foreach (var text in texts)
        {
            await session.ExecuteAsync(
                $"""
                INSERT INTO {table} (model, key, value) VALUES (:id, :Key, :Value)
                ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
                """,
                new { id, text.Key, text.Value });
        }
    }

    private static async Task<long?> FindIdAsync(TrackingSession session, string modelId) => await session.ScalarAsync<long?>(
        "SELECT id FROM tracking_models WHERE model_id = :modelId AND stage = 'active'", new { modelId });

    private static async Task<long> GetIdAsync(TrackingSession session, string modelId) =>
        await FindIdAsync(session, modelId) ?? throw TrackingException.NoLoggedModel(modelId);

    private async Task<LoggedModel> GetAsync(TrackingSession session, string modelId) =>
        (await ReadAsync(session, [await GetIdAsync(session, modelId)]))[0];

    private async Task<List<LoggedModel>> ReadAsync(TrackingSession session, IReadOnlyList<long> ids)
    {
        if (ids.Count == 0)
            return [];
        var values = new { ids = database.Dialect.List(ids) };
        var infos = (await session.ListAsync(
            $"SELECT {Columns} FROM tracking_models l WHERE {database.Dialect.In("l.id", "ids")}",
            values,
            row => (Id: row.GetInt64(0), Info: ReadInfo(row)))).ToDictionary(pair => pair.Id, pair => pair.Info);
        var tags = await TextsAsync(session, "tracking_model_tags", values);
        var parameters = await TextsAsync(session, "tracking_model_params", values);
        var metrics = (await session.ListAsync(
            $"""
            SELECT model, key, value, at, step, run_id, dataset_name, dataset_digest FROM tracking_model_metrics
            WHERE {database.Dialect.In("model", "ids")} ORDER BY model, key, at, step
            """,
            values,
            row => (Id: row.GetInt64(0), Metric: ReadMetric(row)))).ToLookup(pair => pair.Id, pair => pair.Metric);
        return [.. ids.Where(infos.ContainsKey).Select(id => new LoggedModel(
            infos[id] with { Tags = [.. tags[id]] },
            new LoggedModelData
            {
                Params = [.. parameters[id]],
                Metrics = [.. metrics[id].Select(metric => metric with { ModelId = infos[id].ModelId })],
            }))];
    }

    private async Task<ILookup<long, TrackingTag>> TextsAsync(TrackingSession session, string table, object values) =>
        (await session.ListAsync(
            $"SELECT model, key, value FROM {table} WHERE {database.Dialect.In("model", "ids")} ORDER BY model, key",
            values,
            row => (Id: row.GetInt64(0), Tag: new TrackingTag(row.GetString(1), row.GetString(2)))))
            .ToLookup(pair => pair.Id, pair => pair.Tag);

    private static MetricPoint ReadMetric(DbDataReader row) => new()
    {
        Key = row.GetString(1),
        Value = row.Metric(2),
        Timestamp = row.GetInt64(3),
        Step = row.GetInt64(4),
        RunId = row.GetString(5),
        DatasetName = row.TextOrNull(6),
        DatasetDigest = row.TextOrNull(7),
    };

    private static LoggedModelInfo ReadInfo(DbDataReader row) => new()
    {
        ModelId = row.GetString(1),
        ExperimentId = row.GetInt64(2).ToString(CultureInfo.InvariantCulture),
        Name = row.GetString(3),
        ModelType = row.GetString(4),
        SourceRunId = row.TextOrNull(5),
        ArtifactUri = row.GetString(6),
        Status = row.GetString(7),
        CreationTimestampMs = row.GetInt64(8),
        LastUpdatedTimestampMs = row.GetInt64(9),
    };
}
