using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets;

/// <content>The removal of versions and datasets.</content>
public abstract partial class DatasetCatalog : IDatasetRemoval, IDataArtifactUses
{
    private static readonly string[] _tables =
    [
        "dataset_parts", "dataset_versions", "dataset_contracts", "dataset_quarantine", "dataset_batches", "dataset_batch_ids",
        "dataset_keys",
    ];

    /// <inheritdoc/>
    public Task<RemovalResult?> RemoveVersionAsync(
        string dataset, int version, DatasetRemoval removal, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, dataset, token);
            if (await FindVersionAsync(connection, dataset, version, token) is not { } found)
                return null;
            if (found.State == DatasetState.Removed)
                return new RemovalResult(found, []);
            var needs = await FindNeedsAsync(connection, found, token);
            if (needs.Count > 0)
                return new RemovalResult(found, needs);
            var removed = found with { State = DatasetState.Removed, Profile = null, Removal = removal };
            await SaveAsync(connection, removed, token);
            await RemovePartsAsync(connection, dataset, token);
            return new RemovalResult(removed, []);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<RemovalResult?> RemoveDatasetAsync(string dataset, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, dataset, token);
            if (await FindAsync(connection, dataset, token) is null)
                return null;
            var subscriptions = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT name FROM dataset_subscriptions WHERE dataset = :dataset ORDER BY name", new { dataset }, cancellationToken: token));
            string[] needs = [.. subscriptions.Select(name => $"the subscription {name}")];
            if (needs.Length > 0)
                return new RemovalResult(null, needs);
            foreach (var table in _tables)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    $"DELETE FROM {table} WHERE dataset = :dataset", new { dataset }, cancellationToken: token));
            }

            await connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM datasets WHERE name = :dataset", new { dataset }, cancellationToken: token));
            return new RemovalResult(null, []);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> ListUsedAsync(CancellationToken cancellationToken) =>
        SnapshotAsync<IReadOnlyCollection<string>>(
            async (connection, token) =>
            {
                HashSet<string> used =
                [
                    .. await connection.QueryAsync<string>(new CommandDefinition(
                        "SELECT digest FROM dataset_parts UNION SELECT digest FROM dataset_quarantine WHERE state = 'Waiting'",
                        cancellationToken: token)),
                ];
                var versions = await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT document FROM dataset_versions WHERE state <> 'Removed'", cancellationToken: token));
                foreach (var version in versions.Select(ReadVersion))
                    used.UnionWith(new[] { version.Digest, version.Profile }.OfType<string>());
                return used;
            },
            cancellationToken);

    /// <summary>Removes the parts of no version that is there still.</summary>
    private static Task RemovePartsAsync(DbConnection connection, string dataset, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM dataset_parts WHERE dataset = :dataset AND NOT EXISTS (
                SELECT 1 FROM dataset_versions AS v
                WHERE v.dataset = dataset_parts.dataset AND v.state <> 'Removed' AND v.version >= dataset_parts.first
                    AND (dataset_parts.last IS NULL OR v.version <= dataset_parts.last))
            """,
            new { dataset },
            cancellationToken: cancellationToken));

    private static async Task<IReadOnlyList<string>> FindNeedsAsync(
        DbConnection connection, DatasetVersion version, CancellationToken cancellationToken)
    {
        var (dataset, number) = (version.Dataset, version.Version);
        List<string> needs = [];
        if (version.State == DatasetState.Held)
            needs.Add($"its decision: it is held; progeny data release {dataset} {number} --drop removes it");
        if (version.State == DatasetState.Ready && (await FindNewestAsync(connection, dataset, cancellationToken))?.Version == number)
            needs.Add("those who read the dataset: it is the newest version");
        if (await FindQuarantineAsync(connection, dataset, number, cancellationToken) is { State: QuarantineState.Waiting } waiting)
            needs.Add($"its {waiting.Rows} rows in quarantine, which are neither replayed nor dropped");
        var contract = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM dataset_contracts WHERE dataset = :dataset ORDER BY version DESC LIMIT 1",
            new { dataset },
            cancellationToken: cancellationToken));
        if (contract is not null && ComparesWith(contract, number))
            needs.Add("the contract, whose psi compares with it (against)");
        return needs;
    }

    private static bool ComparesWith(string contract, int version)
    {
        var document = JsonSerializer.Deserialize<ContractVersion>(contract, _json)!.Document;
        return ContractReader.Read(document).Table.Columns.Values.Any(column => column.PsiAgainst == version);
    }
}
