using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Search;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The versions of registered models.</summary>
internal sealed partial class ModelRegistry
{
    private const string VersionsTag = "mlflow.modelVersions";

    private const string VersionColumns =
        "v.name, v.version, v.source, v.run_id, v.run_link, v.description, v.stage, v.created, v.updated";

    private const string OfVersion = "name = :name AND version = :version";

    /// <inheritdoc/>
    public Task<ModelVersion> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var now = Now;
            var number = await session.ScalarAsync<int?>(
                "UPDATE tracking_registered SET last_version = last_version + 1, updated = :now WHERE name = :Name RETURNING last_version",
                new { version.Name, now }) ?? throw TrackingException.NoRegisteredModel(version.Name);
            await session.ExecuteAsync(
                """
                INSERT INTO tracking_versions (
                    name, version, source, location, run_id, run_link, model_id, description, stage, created, updated)
                VALUES (:Name, :number, :Source, :Location, :runId, :runLink, :modelId, :description, :None, :now, :now)
                """,
                new
                {
                    version.Name,
                    number,
                    version.Source,
                    version.Location,
                    runId = version.RunId ?? "",
                    runLink = version.RunLink ?? "",
                    modelId = version.ModelId ?? "",
                    description = version.Description ?? "",
                    ModelStages.None,
                    now,
                });
            foreach (var tag in version.Tags)
                await SetVersionTagAsync(session, version.Name, number, tag.Key, tag.Value);
            if (!string.IsNullOrEmpty(version.ModelId))
                await NoteVersionAsync(session, version.ModelId, version.Name, number);
            return await GetVersionAsync(session, version.Name, number);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<ModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken) =>
        database.ReadAsync(session => GetVersionAsync(session, name, version), cancellationToken);

    /// <inheritdoc/>
    public Task<ModelVersion> GetByAliasAsync(string name, string alias, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            await ThrowIfMissingAsync(session, name);
            var version = await session.ScalarAsync<int?>(
                "SELECT version FROM tracking_aliases WHERE name = :name AND alias = :alias", new { name, alias });
            return version is { } number
                ? await GetVersionAsync(session, name, number)
                : throw TrackingException.Invalid($"Registered model alias {alias} not found.");
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<string> GetLocationAsync(string name, int version, CancellationToken cancellationToken) => database.ReadAsync(
        async session => await session.ScalarAsync<string>(
            $"SELECT location FROM tracking_versions WHERE {OfVersion}", new { name, version })
            ?? throw TrackingException.NoVersion(name, version.ToString(CultureInfo.InvariantCulture)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<ModelVersion> DescribeVersionAsync(string name, int version, string? description, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    $"UPDATE tracking_versions SET description = :description, updated = :now WHERE {OfVersion}",
                    new { name, version, description = description ?? "", now = Now });
                return await GetVersionAsync(session, name, version);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<ModelVersion> MoveAsync(string name, int version, string stage, bool archive, CancellationToken cancellationToken)
    {
        if (archive && !ModelStages.IsActive(stage))
        {
            throw TrackingException.Invalid(
                $"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. "
                    + "Valid stages are Staging and Production.");
        }

        return database.WriteAsync(
            async session =>
            {
                _ = await GetVersionAsync(session, name, version);
                var now = Now;
                if (archive)
                {
                    await session.ExecuteAsync(
                        """
                        UPDATE tracking_versions SET stage = :Archived, updated = :now
                        WHERE name = :name AND version <> :version AND stage = :stage
                        """,
                        new { name, version, stage, ModelStages.Archived, now });
                }

                await session.ExecuteAsync(
                    $"UPDATE tracking_versions SET stage = :stage, updated = :now WHERE {OfVersion}", new { name, version, stage, now });
                await session.ExecuteAsync("UPDATE tracking_registered SET updated = :now WHERE name = :name", new { name, now });
                return await GetVersionAsync(session, name, version);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteVersionAsync(string name, int version, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await session.ExecuteAsync($"DELETE FROM tracking_versions WHERE {OfVersion}", new { name, version }) == 0)
                throw TrackingException.NoVersion(name, version.ToString(CultureInfo.InvariantCulture));
            await session.ExecuteAsync($"DELETE FROM tracking_version_tags WHERE {OfVersion}", new { name, version });
            await session.ExecuteAsync($"DELETE FROM tracking_aliases WHERE {OfVersion}", new { name, version });
            await TouchAsync(session, name);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetVersionTagAsync(string name, int version, string key, string? value, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                _ = await GetVersionAsync(session, name, version);
                await (value is null
                    ? session.ExecuteAsync($"DELETE FROM tracking_version_tags WHERE {OfVersion} AND key = :key", new { name, version, key })
                    : SetVersionTagAsync(session, name, version, key, value));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<ModelVersion>> SearchVersionsAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.ModelVersions);
        var (joins, terms) = sql.Order(request.Order, "v.updated DESC, v.name ASC, v.version DESC");
        var allowed = names is null ? "TRUE" : sql.In("v.name", names);
        var page = string.Create(CultureInfo.InvariantCulture, $"LIMIT {request.MaxResults + 1} OFFSET {request.Offset}");
        var where = $"{allowed} AND {sql.Where(request.Filter)}";
        return database.ReadAsync(
            async session => PageToken.ToPage(request, await ReadVersionsAsync(session, where, $"{terms} {page}", sql.Values, joins)),
            cancellationToken);
    }

    private static Task<int> SetVersionTagAsync(TrackingSession session, string name, int version, string key, string value) =>
        session.ExecuteAsync(
            """
            INSERT INTO tracking_version_tags (name, version, key, value) VALUES (:name, :version, :key, :value)
            ON CONFLICT (name, version, key) DO UPDATE SET value = excluded.value
            """,
            new { name, version, key, value });

    /// <summary>Notes a version in a tag of its logged model, in the way that MLflow's client reads and writes it.</summary>
    private static async Task NoteVersionAsync(TrackingSession session, string modelId, string name, int version)
    {
        var id = await session.ScalarAsync<long?>(
            "SELECT id FROM tracking_models WHERE model_id = :modelId AND stage = 'active'", new { modelId })
            ?? throw TrackingException.NoLoggedModel(modelId);
        var known = await session.ScalarAsync<string>(
            "SELECT value FROM tracking_model_tags WHERE model = :id AND key = :VersionsTag", new { id, VersionsTag });
        var entries = new List<string>();
        try
        {
            foreach (var entry in JsonNode.Parse(known ?? "[]") as JsonArray ?? [])
                entries.Add(Entry((string?)entry!["name"] ?? "", entry["version"]!.ToJsonString()));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            entries.Clear(); // what a client wrote there is no list of versions
        }

        entries.Add(Entry(name, version.ToString(CultureInfo.InvariantCulture)));
        await session.ExecuteAsync(
            """
            INSERT INTO tracking_model_tags (model, key, value) VALUES (:id, :VersionsTag, :value)
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """,
            new { id, VersionsTag, value = $"[{string.Join(", ", entries)}]" });
    }

    private static string Entry(string name, string version) => $"{{\"name\": {JsonSerializer.Serialize(name)}, \"version\": {version}}}";

    private async Task<ModelVersion> GetVersionAsync(TrackingSession session, string name, int version) =>
        (await ReadVersionsAsync(session, "v.name = :name AND v.version = :version", "v.version", new { name, version })).FirstOrDefault()
            ?? throw TrackingException.NoVersion(name, version.ToString(CultureInfo.InvariantCulture));

    private async Task<List<ModelVersion>> ReadVersionsAsync(
        TrackingSession session, string where, string order, object values, string joins = "")
    {
        var versions = await session.ListAsync(
            $"SELECT {VersionColumns} FROM tracking_versions v{joins} WHERE {where} ORDER BY {order}", values, ReadVersion);
        if (versions.Count == 0)
            return versions;
        var names = new { names = database.Dialect.List(versions.Select(version => version.Name).Distinct(StringComparer.Ordinal)) };
        var tags = (await session.ListAsync(
            $"SELECT name, version, key, value FROM tracking_version_tags WHERE {database.Dialect.In("name", "names")} ORDER BY key",
            names,
            row => (Version: (row.GetString(0), Number(row, 1)), Tag: new TrackingTag(row.GetString(2), row.GetString(3)))))
            .ToLookup(pair => pair.Version, pair => pair.Tag);
        var aliases = (await session.ListAsync(
            $"SELECT name, version, alias FROM tracking_aliases WHERE {database.Dialect.In("name", "names")} ORDER BY alias",
            names,
            row => (Version: (row.GetString(0), Number(row, 1)), Alias: row.GetString(2))))
            .ToLookup(pair => pair.Version, pair => pair.Alias);
        return [.. versions.Select(version => version with
        {
            Tags = [.. tags[(version.Name, version.Version)]],
            Aliases = [.. aliases[(version.Name, version.Version)]],
        })];
    }

    private static string Number(DbDataReader row, int column) => row.GetInt64(column).ToString(CultureInfo.InvariantCulture);

    private static ModelVersion ReadVersion(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Version = Number(row, 1),
        Source = row.GetString(2),
        RunId = row.GetString(3),
        RunLink = row.GetString(4),
        Description = row.GetString(5),
        CurrentStage = row.GetString(6),
        CreationTimestamp = row.GetInt64(7),
        LastUpdatedTimestamp = row.GetInt64(8),
    };
}
