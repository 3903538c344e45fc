using System.Data.Common;
using System.Globalization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Search;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The experiments, on both databases.</summary>
internal sealed class ExperimentStore(TrackingDatabase database, TimeProvider time) : IExperimentStore
{
    private const string Columns = "e.id, e.name, e.artifact_location, e.stage, e.updated, e.created";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public Task<long> CreateAsync(
        string name, string? artifactLocation, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await ThrowIfTakenAsync(session, name);
            var now = Now;
            var id = await session.ScalarAsync<long>(
                """
                INSERT INTO tracking_experiments (name, artifact_location, stage, updated, created)
                VALUES (:name, '', 'active', :now, :now) ON CONFLICT (name) DO NOTHING RETURNING id
                """,
                new { name, now });
            if (id == 0)
                throw Taken(name, LifecycleStages.Active);
            await session.ExecuteAsync(
                "UPDATE tracking_experiments SET artifact_location = :location WHERE id = :id",
                new { id, location = artifactLocation ?? string.Create(CultureInfo.InvariantCulture, $"mlflow-artifacts:/{id}") });
            foreach (var tag in tags)
                await SetTagAsync(session, id, tag.Key, tag.Value);
            return id;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<Experiment?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FirstAsync(session, "e.id = :id", new { id }), cancellationToken);

    /// <inheritdoc/>
    public Task<Experiment?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FirstAsync(session, "e.name = :name", new { name }), cancellationToken);

    /// <inheritdoc/>
    public Task RenameAsync(long id, string name, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var stage = await StageAsync(session, id);
            if (stage != LifecycleStages.Active)
                throw TrackingException.Invalid("Cannot rename a non-active experiment.");
            var own = await session.ScalarAsync<string>("SELECT name FROM tracking_experiments WHERE id = :id", new { id });
            if (own != name)
                await ThrowIfTakenAsync(session, name);
            await session.ExecuteAsync(
                "UPDATE tracking_experiments SET name = :name, updated = :now WHERE id = :id", new { id, name, now = Now });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetStageAsync(long id, string stage, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await StageAsync(session, id) == stage)
                throw TrackingException.NoExperiment(string.Create(CultureInfo.InvariantCulture, $"{id}"));
            await session.ExecuteAsync(
                "UPDATE tracking_experiments SET stage = :stage, updated = :now WHERE id = :id", new { id, stage, now = Now });
            await session.ExecuteAsync("UPDATE tracking_runs SET stage = :stage WHERE experiment = :id", new { id, stage });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetTagAsync(long id, string key, string? value, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await ThrowIfNotActiveAsync(session, id);
            if (value is not null)
                await SetTagAsync(session, id, key, value);
            else if (await session.ExecuteAsync(
                "DELETE FROM tracking_experiment_tags WHERE experiment = :id AND key = :key", new { id, key }) == 0)
                throw TrackingException.Missing($"No tag with name: {key} in experiment with id {id}");
            await session.ExecuteAsync("UPDATE tracking_experiments SET updated = :now WHERE id = :id", new { id, now = Now });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<Experiment>> SearchAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.Experiments);
        var (joins, terms) = sql.Order(request.Order, request.Order.IsEmpty ? "e.created DESC, e.id DESC" : "e.id ASC");
        var allowed = names is null ? "TRUE" : sql.In("e.name", names);
        var statement = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {Columns} FROM tracking_experiments e{joins}
            WHERE {sql.In("e.stage", request.Stages)} AND {allowed} AND {sql.Where(request.Filter)}
            ORDER BY {terms} LIMIT {request.MaxResults + 1} OFFSET {request.Offset}
            """);
        return database.ReadAsync(
            async session => PageToken.ToPage(
                request, await WithTagsAsync(session, await session.ListAsync(statement, sql.Values, Read))),
            cancellationToken);
    }

    /// <summary>Refuses an experiment that does not exist or is deleted.</summary>
    internal static async Task ThrowIfNotActiveAsync(TrackingSession session, long id)
    {
        if (await StageAsync(session, id) != LifecycleStages.Active)
            throw TrackingException.Invalid($"The experiment {id} must be in the 'active' state. Current state is deleted.");
    }

    private static async Task<string> StageAsync(TrackingSession session, long id) =>
        await session.ScalarAsync<string>("SELECT stage FROM tracking_experiments WHERE id = :id", new { id })
            ?? throw TrackingException.NoExperiment(string.Create(CultureInfo.InvariantCulture, $"{id}"));

    private static async Task ThrowIfTakenAsync(TrackingSession session, string name)
    {
        if (await session.ScalarAsync<string>("SELECT stage FROM tracking_experiments WHERE name = :name", new { name }) is { } stage)
            throw Taken(name, stage);
    }

    private static TrackingException Taken(string name, string stage) => TrackingException.Exists(
        stage == LifecycleStages.Active
            ? $"Experiment(name={name}) already exists."
            : $"Experiment '{name}' already exists in deleted state. You can restore the experiment, or use another name.");

    private static Task SetTagAsync(TrackingSession session, long id, string key, string value) => session.ExecuteAsync(
        """
        INSERT INTO tracking_experiment_tags (experiment, key, value) VALUES (:id, :key, :value)
        ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
        """,
        new { id, key, value });

    private async Task<Experiment?> FirstAsync(TrackingSession session, string condition, object values)
    {
        var found = await session.ListAsync($"SELECT {Columns} FROM tracking_experiments e WHERE {condition}", values, Read);
        return (await WithTagsAsync(session, found)).FirstOrDefault();
    }

    private async Task<List<Experiment>> WithTagsAsync(TrackingSession session, List<Experiment> experiments)
    {
        if (experiments.Count == 0)
            return experiments;
        var ids = database.Dialect.List(experiments.Select(each => long.Parse(each.ExperimentId, CultureInfo.InvariantCulture)));
        var tags = (await session.ListAsync(
            $"SELECT experiment, key, value FROM tracking_experiment_tags WHERE {database.Dialect.In("experiment", "ids")} ORDER BY key",
            new { ids },
            row => (Id: row.GetInt64(0), Tag: new TrackingTag(row.GetString(1), row.GetString(2)))))
            .ToLookup(pair => pair.Id.ToString(CultureInfo.InvariantCulture), pair => pair.Tag, StringComparer.Ordinal);
        return [.. experiments.Select(each => each with { Tags = [.. tags[each.ExperimentId]] })];
    }

    private static Experiment Read(DbDataReader row) => new()
    {
        ExperimentId = row.GetInt64(0).ToString(CultureInfo.InvariantCulture),
        Name = row.GetString(1),
        ArtifactLocation = row.GetString(2),
        LifecycleStage = row.GetString(3),
        LastUpdateTime = row.GetInt64(4),
        CreationTime = row.GetInt64(5),
    };
}
