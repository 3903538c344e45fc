using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets;

/// <content>The contracts.</content>
public abstract partial class DatasetCatalog : IContractStore
{
    /// <inheritdoc/>
    public Task<ContractVersion?> FindContractAsync(string dataset, int? version, CancellationToken cancellationToken) => ReadAsync(
        async (connection, token) =>
        {
            var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                version is null
                    ? "SELECT document FROM dataset_contracts WHERE dataset = :dataset ORDER BY version DESC LIMIT 1"
                    : "SELECT document FROM dataset_contracts WHERE dataset = :dataset AND version = :version",
                new { dataset, version },
                cancellationToken: token));
            return document is null ? null : JsonSerializer.Deserialize<ContractVersion>(document, _json);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContractVersion>> ListContractsAsync(string dataset, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ContractVersion>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT document FROM dataset_contracts WHERE dataset = :dataset ORDER BY version DESC",
                    new { dataset },
                    cancellationToken: token))).Select(document => JsonSerializer.Deserialize<ContractVersion>(document, _json)!),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<ContractVersion?> AddContractAsync(ContractVersion contract, int? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return WriteAsync(
            async (connection, token) =>
            {
                await LockAsync(connection, contract.Dataset, token);
                if (await FindAsync(connection, contract.Dataset, token) is null)
                    throw new KeyNotFoundException($"There is no dataset '{contract.Dataset}'.");
                var newest = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                    "SELECT max(version) FROM dataset_contracts WHERE dataset = :Dataset",
                    new { contract.Dataset },
                    cancellationToken: token)) ?? 0;
                if (after is { } known && known != newest)
                    return null;
                var added = contract with { Version = newest + 1 };
                await connection.ExecuteAsync(new CommandDefinition(
                    "INSERT INTO dataset_contracts (dataset, version, document) VALUES (:Dataset, :Version, :document)",
                    new { added.Dataset, added.Version, document = JsonSerializer.Serialize(added, _json) },
                    cancellationToken: token));
                return added;
            },
            cancellationToken);
    }
}
