using System.Data.Common;
using System.Globalization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Search;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The model registry, on both databases.</summary>
internal sealed partial class ModelRegistry(TrackingDatabase database, TimeProvider time) : IModelRegistry
{
    private const string Columns = "m.name, m.description, m.created, m.updated";

    // The tables that name a registered model.
    private static readonly string[] _parts =
        ["tracking_registered_tags", "tracking_aliases", "tracking_versions", "tracking_version_tags"];

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public Task<RegisteredModel> CreateAsync(
        string name, string? description, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var added = await session.ExecuteAsync(
                """
                INSERT INTO tracking_registered (name, description, last_version, created, updated)
                VALUES (:name, :description, 0, :now, :now) ON CONFLICT (name) DO NOTHING
                """,
                new { name, description, now = Now });
            if (added == 0)
                throw Taken(name);
            foreach (var tag in tags)
                await SetTagAsync(session, name, tag.Key, tag.Value);
            return await GetAsync(session, name);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<RegisteredModel> GetAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(session => GetAsync(session, name), cancellationToken);

    /// <inheritdoc/>
    public Task<RegisteredModel> RenameAsync(string name, string newName, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (name != newName && await session.ScalarAsync<long>(
                "SELECT count(*) FROM tracking_registered WHERE name = :newName", new { newName }) > 0)
                throw Taken(newName);
            if (await session.ExecuteAsync(
                "UPDATE tracking_registered SET name = :newName, updated = :now WHERE name = :name", new { name, newName, now = Now }) == 0)
                throw TrackingException.NoRegisteredModel(name);
            foreach (var table in _parts)
                await session.ExecuteAsync($"UPDATE {table} SET name = :newName WHERE name = :name", new { name, newName });
            return await GetAsync(session, newName);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<RegisteredModel> DescribeAsync(string name, string? description, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                await TouchAsync(session, name);
                await session.ExecuteAsync(
                    "UPDATE tracking_registered SET description = :description WHERE name = :name", new { name, description });
                return await GetAsync(session, name);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await session.ExecuteAsync("DELETE FROM tracking_registered WHERE name = :name", new { name }) == 0)
                throw TrackingException.NoRegisteredModel(name);
            foreach (var table in _parts)
                await session.ExecuteAsync($"DELETE FROM {table} WHERE name = :name", new { name });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetTagAsync(string name, string key, string? value, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await ThrowIfMissingAsync(session, name);
            await (value is null
                ? session.ExecuteAsync("DELETE FROM tracking_registered_tags WHERE name = :name AND key = :key", new { name, key })
                : SetTagAsync(session, name, key, value));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SetAliasAsync(string name, string alias, int? version, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await ThrowIfMissingAsync(session, name);
            if (version is { } number)
                _ = await GetVersionAsync(session, name, number);
            await session.ExecuteAsync("DELETE FROM tracking_aliases WHERE name = :name AND alias = :alias", new { name, alias });
            if (version is not null)
            {
                await session.ExecuteAsync(
                    "INSERT INTO tracking_aliases (name, alias, version) VALUES (:name, :alias, :version)", new { name, alias, version });
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<RegisteredModel>> SearchAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.RegisteredModels);
        var (joins, terms) = sql.Order(request.Order, "m.name");
        var allowed = names is null ? "TRUE" : sql.In("m.name", names);
        var statement = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {Columns} FROM tracking_registered m{joins} WHERE {allowed} AND {sql.Where(request.Filter)}
            ORDER BY {terms} LIMIT {request.MaxResults + 1} OFFSET {request.Offset}
            """);
        return database.ReadAsync(
            async session =>
            {
                var page = PageToken.ToPage(request, await session.ListAsync(statement, sql.Values, Read));
                return page with { Items = await CompleteAsync(session, page.Items) };
            },
            cancellationToken);
    }

    private static TrackingException Taken(string name) => TrackingException.Exists($"Registered Model (name={name}) already exists.");

    private static async Task ThrowIfMissingAsync(TrackingSession session, string name)
    {
        if (await session.ScalarAsync<long>("SELECT count(*) FROM tracking_registered WHERE name = :name", new { name }) == 0)
            throw TrackingException.NoRegisteredModel(name);
    }

    private async Task TouchAsync(TrackingSession session, string name)
    {
        if (await session.ExecuteAsync("UPDATE tracking_registered SET updated = :now WHERE name = :name", new { name, now = Now }) == 0)
            throw TrackingException.NoRegisteredModel(name);
    }

    private static Task<int> SetTagAsync(TrackingSession session, string name, string key, string value) => session.ExecuteAsync(
        """
        INSERT INTO tracking_registered_tags (name, key, value) VALUES (:name, :key, :value)
        ON CONFLICT (name, key) DO UPDATE SET value = excluded.value
        """,
        new { name, key, value });

    private async Task<RegisteredModel> GetAsync(TrackingSession session, string name)
    {
        var found = await session.ListAsync($"SELECT {Columns} FROM tracking_registered m WHERE m.name = :name", new { name }, Read);
        return (await CompleteAsync(session, found)).FirstOrDefault() ?? throw TrackingException.NoRegisteredModel(name);
    }

    /// <summary>Adds tags, aliases and the newest version of each stage.</summary>
    private async Task<IReadOnlyList<RegisteredModel>> CompleteAsync(TrackingSession session, IReadOnlyList<RegisteredModel> models)
    {
        if (models.Count == 0)
            return models;
        var values = new { names = database.Dialect.List(models.Select(model => model.Name)) };
        var tags = (await session.ListAsync(
            $"SELECT name, key, value FROM tracking_registered_tags WHERE {database.Dialect.In("name", "names")} ORDER BY name, key",
            values,
            row => (Name: row.GetString(0), Tag: new TrackingTag(row.GetString(1), row.GetString(2)))))
            .ToLookup(pair => pair.Name, pair => pair.Tag, StringComparer.Ordinal);
        var aliases = (await session.ListAsync(
            $"SELECT name, alias, version FROM tracking_aliases WHERE {database.Dialect.In("name", "names")} ORDER BY name, alias",
            values,
            row => (Name: row.GetString(0), Alias: new ModelAlias(row.GetString(1), Number(row, 2)))))
            .ToLookup(pair => pair.Name, pair => pair.Alias, StringComparer.Ordinal);
        var versions = (await ReadVersionsAsync(
            session,
            $"""
            {database.Dialect.In("v.name", "names")} AND v.version = (
                SELECT max(n.version) FROM tracking_versions n WHERE n.name = v.name AND n.stage = v.stage)
            """,
            "v.name, v.version",
            values)).ToLookup(version => version.Name, StringComparer.Ordinal);
        // A list of newest versions shows none of their aliases, which the model itself has.
        return [.. models.Select(model => model with
        {
            Tags = [.. tags[model.Name]],
            Aliases = [.. aliases[model.Name]],
            LatestVersions = [.. versions[model.Name].Select(version => version with { Aliases = [] })],
        })];
    }

    private static RegisteredModel Read(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Description = row.TextOrNull(1),
        CreationTimestamp = row.GetInt64(2),
        LastUpdatedTimestamp = row.GetInt64(3),
    };
}
