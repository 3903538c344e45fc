using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets;

/// <summary>What the catalog of datasets is on every database.</summary>
public abstract partial class DatasetCatalog : IDatasetCatalog
{
    private static readonly JsonSerializerOptions _json = JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatasetInfo>> ListAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<DatasetInfo>>(
        async (connection, token) =>
        [
            .. (await connection.QueryAsync<(string Document, int Latest)>(new CommandDefinition(
                "SELECT document, latest FROM datasets ORDER BY name", cancellationToken: token)))
                .Select(row => Info(row.Document, row.Latest)),
        ],
        cancellationToken);

    /// <inheritdoc/>
    public Task<DatasetInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => FindAsync(connection, name, token), cancellationToken);

    /// <inheritdoc/>
    public Task<DatasetInfo> CreateAsync(DatasetInfo dataset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return WriteAsync(
            async (connection, token) =>
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "INSERT INTO datasets (name, latest, document) VALUES (:Name, 0, :document) ON CONFLICT (name) DO NOTHING",
                    new { dataset.Name, document = JsonSerializer.Serialize(dataset, _json) },
                    cancellationToken: token));
                return (await FindAsync(connection, dataset.Name, token))!;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<DatasetInfo?> ChangeAsync(
        string name, Func<DatasetInfo, DatasetInfo> change, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, name, token);
            if (await FindAsync(connection, name, token) is not { } found)
                return null;
            var changed = change(found) with { Name = found.Name, Latest = found.Latest };
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE datasets SET document = :document WHERE name = :name",
                new { name, document = JsonSerializer.Serialize(changed, _json) },
                cancellationToken: token));
            return changed;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<(DatasetVersion Version, bool IsNew)> AddAsync(NewVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return WriteAsync((connection, token) => AddAsync(connection, version, token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<DatasetVersion?> FindVersionAsync(string dataset, int? version, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => FindVersionAsync(connection, dataset, version, token), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatasetVersion>> ListVersionsAsync(
        string dataset, int? before, int limit, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<DatasetVersion>>(
        async (connection, token) =>
        [
            .. (await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT document FROM dataset_versions WHERE dataset = :dataset AND version < :before ORDER BY version DESC LIMIT :limit",
                new { dataset, before = before ?? int.MaxValue, limit },
                cancellationToken: token))).Select(ReadVersion),
        ],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DatasetPart>> ListPartsAsync(string dataset, int version, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => ListPartsAsync(connection, dataset, version, token), cancellationToken);

    /// <inheritdoc/>
    public Task<DatasetVersion?> ChangeVersionAsync(
        string dataset, int version, Func<DatasetVersion, DatasetVersion> change, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, dataset, token);
            var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "SELECT document FROM dataset_versions WHERE dataset = :dataset AND version = :version",
                new { dataset, version },
                cancellationToken: token));
            if (document is null)
                return null;
            var changed = change(ReadVersion(document)) with { Dataset = dataset, Version = version };
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE dataset_versions SET document = :document, state = :state WHERE dataset = :dataset AND version = :version",
                new { dataset, version, state = changed.State.ToString(), document = JsonSerializer.Serialize(changed, _json) },
                cancellationToken: token));
            return changed;
        },
        cancellationToken);

    /// <summary>A version, in a transaction of the caller's.</summary>
    internal static async Task<DatasetVersion?> FindVersionAsync(
        DbConnection connection, string dataset, int? version, CancellationToken cancellationToken)
    {
        var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            version is null
                ? "SELECT document FROM dataset_versions WHERE dataset = :dataset AND state = 'Ready' ORDER BY version DESC LIMIT 1"
                : "SELECT document FROM dataset_versions WHERE dataset = :dataset AND version = :version",
            new { dataset, version },
            cancellationToken: cancellationToken));
        return document is null ? null : ReadVersion(document);
    }

    /// <summary>The parts of a version, in a transaction of the caller's.</summary>
    internal static async Task<IReadOnlyList<DatasetPart>> ListPartsAsync(
        DbConnection connection, string dataset, int version, CancellationToken cancellationToken)
    {
        // A table that replaces the one before is its own parts; one that was held closed none of those before it.
        var from = await FindVersionAsync(connection, dataset, version, cancellationToken) is { IsAppended: true } ? 0 : version;
        return
        [
            .. await connection.QueryAsync<DatasetPart>(new CommandDefinition(
                """
                SELECT digest, rows, bytes FROM dataset_parts
                WHERE dataset = :dataset AND first BETWEEN :from AND :version AND (last IS NULL OR last >= :version) ORDER BY first, number
                """,
                new { dataset, version, from },
                cancellationToken: cancellationToken)),
        ];
    }

    /// <summary>Adds a version, and its parts, in a transaction of the caller's.</summary>
    internal async Task<(DatasetVersion Version, bool IsNew)> AddAsync(
        DbConnection connection, NewVersion version, CancellationToken cancellationToken)
    {
        var dataset = version.Version.Dataset;
        await LockAsync(connection, dataset, cancellationToken);
        if (version.Once is { } once && await ScalarAsync<string?>(
            "SELECT document FROM dataset_versions WHERE dataset = :dataset AND once = :once", new { dataset, once }) is { } known)
            return (ReadVersion(known), false);
        if (version.After is { } after && await ScalarAsync<int?>("SELECT latest FROM datasets WHERE name = :dataset", new { dataset })
            is { } newest && newest != after)
            throw new DatasetChangedException(dataset);
        var latest = await ScalarAsync<int?>(
            "UPDATE datasets SET latest = latest + 1 WHERE name = :dataset RETURNING latest", new { dataset })
            ?? throw new KeyNotFoundException($"There is no dataset '{dataset}'.");
        var added = version.Version with { Version = latest, IsAppended = version.IsAppended };
        // A version that is held adds its parts for itself only: what is read goes on as it was.
        if (!version.IsAppended && added.State != DatasetState.Held)
        {
            await ExecuteAsync(
                "UPDATE dataset_parts SET last = :last WHERE dataset = :dataset AND last IS NULL", new { dataset, last = latest - 1 });
            // The keys are those of rows that are in the table.
            if (added.Origin != DatasetVersion.Compaction)
                await ExecuteAsync("DELETE FROM dataset_keys WHERE dataset = :dataset", new { dataset });
        }

        await ExecuteAsync(
            """
            INSERT INTO dataset_versions (dataset, version, state, once, document)
            VALUES (:dataset, :latest, :state, :once, :document)
            """,
            new
            {
                dataset,
                latest,
                state = added.State.ToString(),
                once = version.Once,
                document = JsonSerializer.Serialize(added, _json),
            });
        for (var number = 0; number < version.Parts.Count; number++)
        {
            var part = version.Parts[number];
            await ExecuteAsync(
                """
                INSERT INTO dataset_parts (dataset, first, number, last, digest, rows, bytes)
                VALUES (:dataset, :latest, :number, :last, :Digest, :Rows, :Bytes)
                """,
                new
                {
                    dataset,
                    latest,
                    number,
                    last = added.State == DatasetState.Held ? latest : (int?)null,
                    part.Digest,
                    part.Rows,
                    part.Bytes,
                });
        }

        if (version.Quarantine is { } quarantine)
            await AddQuarantineAsync(connection, added, quarantine, cancellationToken);
        return (added, true);

        Task<T?> ScalarAsync<T>(string sql, object parameters) =>
            connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));

        Task ExecuteAsync(string sql, object parameters) =>
            connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    /// <summary>Runs a read over a snapshot of its own.</summary>
    protected internal abstract Task<T> ReadAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs several reads over one snapshot.</summary>
    protected internal abstract Task<T> SnapshotAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    protected internal abstract Task<T> WriteAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Has changes of one dataset wait for each other until the transaction ends.</summary>
    protected internal abstract Task LockAsync(DbConnection connection, string dataset, CancellationToken cancellationToken);

    /// <summary>A dataset, in a transaction of the caller's.</summary>
    internal static async Task<DatasetInfo?> FindAsync(DbConnection connection, string name, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Document, int Latest)?>(new CommandDefinition(
            "SELECT document, latest FROM datasets WHERE name = :name", new { name }, cancellationToken: cancellationToken));
        return row is { } found ? Info(found.Document, found.Latest) : null;
    }

    private static DatasetInfo Info(string document, int latest) =>
        JsonSerializer.Deserialize<DatasetInfo>(document, _json)! with { Latest = latest };

    private static DatasetVersion ReadVersion(string document) => JsonSerializer.Deserialize<DatasetVersion>(document, _json)!;
}
