using System.Globalization;
using System.Text.Json;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Search;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The runs, on both databases.</summary>
internal sealed class RunStore(TrackingDatabase database, TimeProvider time) : IRunStore
{
    private const string ContextTag = "mlflow.data.context";

    private readonly MetricKeys _keys = new(database);
    private readonly RunReader _reader = new(database.Dialect);

    /// <inheritdoc/>
    public Task<TrackedRun> CreateAsync(NewRun run, CancellationToken cancellationToken)
    {
        var runId = run.RunId ?? RunNames.NextId();
        var tagged = run.Tags.FirstOrDefault(tag => tag.Key == RunBatch.NameTag)?.Value;
        if (!string.IsNullOrEmpty(run.Name) && !string.IsNullOrEmpty(tagged) && run.Name != tagged)
        {
            throw TrackingException.Invalid(
                $"Both 'run_name' argument and '{RunBatch.NameTag}' tag are specified, but with different values "
                    + $"(run_name='{run.Name}', {RunBatch.NameTag}='{tagged}').");
        }

        var name = !string.IsNullOrEmpty(run.Name) ? run.Name : !string.IsNullOrEmpty(tagged) ? tagged : RunNames.Next();
        var tags = run.Tags.Where(tag => tag.Key != RunBatch.NameTag).GroupBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(group => group.Last()).Append(new TrackingTag(RunBatch.NameTag, name)).ToList();
        return database.WriteAsync(
            async session =>
            {
                await ExperimentStore.ThrowIfNotActiveAsync(session, run.Experiment);
                var location = await session.ScalarAsync<string>(
                    "SELECT artifact_location FROM tracking_experiments WHERE id = :Experiment", new { run.Experiment });
                var info = new RunInfo
                {
                    RunId = runId,
                    ExperimentId = run.Experiment.ToString(CultureInfo.InvariantCulture),
                    RunName = name,
                    UserId = run.UserId ?? "",
                    Status = RunStatuses.Running,
                    StartTime = run.StartTime ?? time.GetUtcNow().ToUnixTimeMilliseconds(),
                    ArtifactUri = $"{location!.TrimEnd('/')}/{runId}/artifacts",
                    LifecycleStage = LifecycleStages.Active,
                };
                var id = await session.ScalarAsync<long>(
                    """
                    INSERT INTO tracking_runs (run_id, experiment, name, user_id, status, started, ended, artifact_uri, stage)
                    VALUES (:RunId, :Experiment, :RunName, :UserId, :Status, :StartTime, NULL, :ArtifactUri, 'active') RETURNING id
                    """,
                    new { info.RunId, run.Experiment, info.RunName, info.UserId, info.Status, info.StartTime, info.ArtifactUri });
                foreach (var tag in tags)
                {
                    await session.ExecuteAsync(
                        "INSERT INTO tracking_tags (run, experiment, key, value) VALUES (:id, :Experiment, :Key, :Value)",
                        new { id, run.Experiment, tag.Key, tag.Value });
                }

                return new TrackedRun(info, new RunData { Tags = tags }, new RunInputs(), null);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TrackedRun?> FindAsync(string runId, CancellationToken cancellationToken) => database.ReadAsync(
        async session => await RunReader.FindInfoAsync(session, runId) is { } found
            ? (await _reader.ReadAsync(session, [found.Id])).FirstOrDefault()
            : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<long?> FindExperimentAsync(string runId, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.ScalarAsync<long?>("SELECT experiment FROM tracking_runs WHERE run_id = :runId", new { runId }), cancellationToken);

    /// <inheritdoc/>
    public Task<RunInfo> UpdateAsync(RunUpdate update, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var (id, info) = await GetActiveAsync(session, update.RunId);
            var changed = info with
            {
                Status = update.Status ?? info.Status,
                EndTime = update.EndTime ?? info.EndTime,
                RunName = string.IsNullOrEmpty(update.Name) ? info.RunName : update.Name,
            };
            await session.ExecuteAsync(
                "UPDATE tracking_runs SET status = :Status, ended = :EndTime, name = :RunName WHERE id = :id",
                new { id, changed.Status, changed.EndTime, changed.RunName });
            if (changed.RunName != info.RunName)
                await SetTagAsync(session, id, info, RunBatch.NameTag, changed.RunName);
            return changed;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetStageAsync(string runId, string stage, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await session.ExecuteAsync("UPDATE tracking_runs SET stage = :stage WHERE run_id = :runId", new { runId, stage }) == 0)
                throw TrackingException.NoRun(runId);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task LogAsync(RunBatch batch, CancellationToken cancellationToken)
    {
        IReadOnlyList<MetricPoints> metrics = [];
        if (batch.Metrics.Length > 0)
        {
            var keys = await _keys.ResolveAsync(batch.Metrics.Select(metric => metric.Key), cancellationToken);
            metrics = MetricPoints.Group(batch.Metrics, keys);
        }

        if (await database.LogAsync(batch, metrics, cancellationToken) is { } refusal)
            throw refusal;
    }

    /// <inheritdoc/>
    public Task DeleteTagAsync(string runId, string key, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var (id, _) = await GetActiveAsync(session, runId);
            if (await session.ExecuteAsync("DELETE FROM tracking_tags WHERE run = :id AND key = :key", new { id, key }) == 0)
                throw TrackingException.Missing($"No tag with name: {key} in run with id {runId}");
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task LogLinksAsync(
        string runId, IReadOnlyList<DatasetInput> datasets, IReadOnlyList<RunModel> models, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                var (id, info) = await GetActiveAsync(session, runId);
                foreach (var input in datasets)
                    await AddDatasetAsync(session, id, long.Parse(info.ExperimentId, CultureInfo.InvariantCulture), input);
                foreach (var model in models)
                {
                    await session.ExecuteAsync(
                        """
                        INSERT INTO tracking_run_models (run, model_id, is_output, step) VALUES (:id, :ModelId, :output, :step)
                        ON CONFLICT (run, model_id, is_output) DO NOTHING
                        """,
                        new { id, model.ModelId, output = model.Step is null ? 0 : 1, step = model.Step ?? 0 });
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetricPoint>> ReadHistoryAsync(string runId, string key, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async Task<IReadOnlyList<MetricPoint>> (session) =>
            {
                if (await RunReader.FindInfoAsync(session, runId) is not { } found)
                    throw TrackingException.NoRun(runId);
                var chunks = await session.ListAsync(
                    """
                    SELECT points FROM tracking_points WHERE run = :Id AND key = (SELECT id FROM tracking_keys WHERE name = :key)
                    """,
                    new { found.Id, key },
                    row => (byte[])row.GetValue(0));
                return [.. chunks.SelectMany(chunk => MetricPoints.Read(key, chunk)).Distinct().OrderBy(point => point.Timestamp)
                    .ThenBy(point => point.Step).ThenBy(point => point.Value)];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<TrackedRun>> SearchAsync(SearchRequest request, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            var page = PageToken.ToPage(request, await new RunSearch(database, request).FindAsync(session));
            return new TrackingPage<TrackedRun>(await _reader.ReadAsync(session, page.Items), page.NextPageToken);
        },
        cancellationToken);

    private static async Task<(long Id, RunInfo Info)> GetActiveAsync(TrackingSession session, string runId)
    {
        var found = await RunReader.FindInfoAsync(session, runId) ?? throw TrackingException.NoRun(runId);
        return found.Info.LifecycleStage == LifecycleStages.Active ? found : throw RunBatch.NotActive(runId);
    }

    private static Task SetTagAsync(TrackingSession session, long id, RunInfo info, string key, string value) => session.ExecuteAsync(
        """
        INSERT INTO tracking_tags (run, experiment, key, value) VALUES (:id, :experiment, :key, :value)
        ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
        """,
        new { id, experiment = long.Parse(info.ExperimentId, CultureInfo.InvariantCulture), key, value });

    private static async Task AddDatasetAsync(TrackingSession session, long run, long experiment, DatasetInput input)
    {
        var dataset = input.Dataset;
        await session.ExecuteAsync(
            """
            INSERT INTO tracking_datasets (experiment, name, digest, source_type, source, schema, profile)
            VALUES (:experiment, :Name, :Digest, :SourceType, :Source, :Schema, :Profile) ON CONFLICT (experiment, name, digest) DO NOTHING
            """,
            new { experiment, dataset.Name, dataset.Digest, dataset.SourceType, dataset.Source, dataset.Schema, dataset.Profile });
        await session.ExecuteAsync(
            """
            INSERT INTO tracking_run_datasets (run, dataset, context, tags)
            SELECT :run, id, :context, :tags FROM tracking_datasets WHERE experiment = :experiment AND name = :Name AND digest = :Digest
            ON CONFLICT (run, dataset) DO UPDATE SET context = excluded.context, tags = excluded.tags
            """,
            new
            {
                run,
                experiment,
                dataset.Name,
                dataset.Digest,
                context = input.Tags.FirstOrDefault(tag => tag.Key == ContextTag)?.Value,
                tags = JsonSerializer.Serialize(input.Tags),
            });
    }
}
