using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets;

/// <content>Quarantined rows and held versions.</content>
public abstract partial class DatasetCatalog : IQuarantineStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<QuarantineEntry>> ListQuarantineAsync(string dataset, bool all, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<QuarantineEntry>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<string>(new CommandDefinition(
                    $"SELECT document FROM dataset_quarantine WHERE dataset = :dataset{(all ? "" : " AND state = 'Waiting'")}"
                    + " ORDER BY version DESC",
                    new { dataset },
                    cancellationToken: token))).Select(document => JsonSerializer.Deserialize<QuarantineEntry>(document, _json)!),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<QuarantineEntry?> FindQuarantineAsync(string dataset, int version, CancellationToken cancellationToken) => ReadAsync(
        (connection, token) => FindQuarantineAsync(connection, dataset, version, token), cancellationToken);

    /// <inheritdoc/>
    public Task<QuarantineEntry?> ResolveQuarantineAsync(
        string dataset,
        int version,
        string digest,
        NewVersion? landing,
        Func<QuarantineEntry, DatasetVersion?, QuarantineEntry> change,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return WriteAsync(
            async (connection, token) =>
            {
                await LockAsync(connection, dataset, token);
                if (await FindQuarantineAsync(connection, dataset, version, token) is not { State: QuarantineState.Waiting } entry
                    || entry.Digest != digest)
                    return null;
                DatasetVersion? landed = null;
                if (landing is not null)
                    (landed, _) = await AddAsync(connection, landing, token);
                if (landed is not null)
                    landed = await CountRowsAsync(connection, landed, token);
                var changed = change(entry, landed);
                await SaveAsync(connection, changed, token);
                return changed;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<(DatasetVersion Version, DatasetVersion? Newest)?> ReleaseAsync(
        string dataset, int version, HeldDecision decision, CancellationToken cancellationToken) =>
        WriteAsync<(DatasetVersion Version, DatasetVersion? Newest)?>(
            async (connection, token) =>
            {
                await LockAsync(connection, dataset, token);
                if (await FindHeldAsync(connection, dataset, version, token) is not { } held)
                    return null;
                var key = new { dataset, version, last = version - 1 };
                var isNewest = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                    "SELECT count(*) FROM dataset_versions WHERE dataset = :dataset AND version > :version AND state = 'Ready'",
                    key,
                    cancellationToken: token)) == 0;
                if (isNewest && !held.IsAppended)
                    await ExecuteAsync(
                        "UPDATE dataset_parts SET last = :last WHERE dataset = :dataset AND last IS NULL AND first < :version");
                if (isNewest)
                    await ExecuteAsync("UPDATE dataset_parts SET last = NULL WHERE dataset = :dataset AND first = :version");
                var newest = held.IsAppended ? await FindNewestAsync(connection, dataset, token) : null;
                var released = await CountRowsAsync(
                    connection,
                    held with { State = DatasetState.Ready, Decision = decision, Columns = Union(newest?.Columns ?? [], held.Columns) },
                    token);
                if (isNewest || !held.IsAppended)
                    return (released, isNewest ? released : null);
                var parts = await connection.QueryAsync<DatasetPart>(new CommandDefinition(
                    "SELECT digest, rows, bytes FROM dataset_parts WHERE dataset = :dataset AND first = :version ORDER BY number",
                    key,
                    cancellationToken: token));
                var (added, _) = await AddAsync(
                    connection,
                    new NewVersion
                    {
                        Version = released with { Origin = "release", Source = $"version {version}", Quarantined = 0, HeldReason = null },
                        Parts = [.. parts],
                        IsAppended = true,
                    },
                    token);
                return (released, await CountRowsAsync(connection, added, token));

                Task ExecuteAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, key, cancellationToken: token));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<DatasetVersion?> DropHeldAsync(
        string dataset, int version, HeldDecision decision, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, dataset, token);
            if (await FindHeldAsync(connection, dataset, version, token) is not { } held)
                return null;
            if (await FindQuarantineAsync(connection, dataset, version, token) is { State: QuarantineState.Waiting } entry)
                await SaveAsync(connection, entry with { State = QuarantineState.Dropped, Dropped = decision }, token);
            var dropped = held with { State = DatasetState.Removed, Decision = decision };
            await SaveAsync(connection, dropped, token);
            await RemovePartsAsync(connection, dataset, token);
            return dropped;
        },
        cancellationToken);

    private static Task AddQuarantineAsync(
        DbConnection connection, DatasetVersion version, NewQuarantine quarantine, CancellationToken cancellationToken) => SaveAsync(
        connection,
        new QuarantineEntry
        {
            Dataset = version.Dataset,
            Version = version.Version,
            Contract = version.Contract,
            Digest = quarantine.Digest,
            Rows = quarantine.Rows,
            Bytes = quarantine.Bytes,
            Rules = quarantine.Rules,
            CreatedAt = version.CreatedAt,
        },
        cancellationToken);

    private static Task SaveAsync(DbConnection connection, QuarantineEntry entry, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO dataset_quarantine (dataset, version, state, digest, document)
            VALUES (:Dataset, :Version, :state, :Digest, :document)
            ON CONFLICT (dataset, version) DO UPDATE SET state = :state, digest = :Digest, document = :document
            """,
            new { entry.Dataset, entry.Version, state = entry.State.ToString(), entry.Digest,
                document = JsonSerializer.Serialize(entry, _json) },
            cancellationToken: cancellationToken));

    private static Task SaveAsync(DbConnection connection, DatasetVersion version, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "UPDATE dataset_versions SET document = :document, state = :state WHERE dataset = :Dataset AND version = :Version",
            new { version.Dataset, version.Version, state = version.State.ToString(), document = JsonSerializer.Serialize(version, _json) },
            cancellationToken: cancellationToken));

    private static async Task<QuarantineEntry?> FindQuarantineAsync(
        DbConnection connection, string dataset, int version, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM dataset_quarantine WHERE dataset = :dataset AND version = :version",
            new { dataset, version },
            cancellationToken: cancellationToken)) is { } document
            ? JsonSerializer.Deserialize<QuarantineEntry>(document, _json)
            : null;

    private static async Task<DatasetVersion?> FindHeldAsync(
        DbConnection connection, string dataset, int version, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM dataset_versions WHERE dataset = :dataset AND version = :version AND state = 'Held'",
            new { dataset, version },
            cancellationToken: cancellationToken)) is { } document
            ? ReadVersion(document)
            : null;

    private static async Task<DatasetVersion?> FindNewestAsync(
        DbConnection connection, string dataset, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM dataset_versions WHERE dataset = :dataset AND state = 'Ready' ORDER BY version DESC LIMIT 1",
            new { dataset },
            cancellationToken: cancellationToken)) is { } document
            ? ReadVersion(document)
            : null;

    private static IReadOnlyList<DatasetColumn> Union(IReadOnlyList<DatasetColumn> table, IReadOnlyList<DatasetColumn> more) =>
        [.. table, .. more.ExceptBy(table.Select(column => column.Name), column => column.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Stores a version with the rows that its table has now.</summary>
    private static async Task<DatasetVersion> CountRowsAsync(
        DbConnection connection, DatasetVersion version, CancellationToken cancellationToken)
    {
        var rows = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) FROM dataset_parts
            WHERE dataset = :Dataset AND first <= :Version AND (last IS NULL OR last >= :Version)
            """,
            new { version.Dataset, version.Version },
            cancellationToken: cancellationToken));
        var counted = version with { Rows = rows };
        await SaveAsync(connection, counted, cancellationToken);
        return counted;
    }
}
