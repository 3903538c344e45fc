namespace Progeny.Core.Datasets.Contracts;

/// <summary>Keeps the contracts of datasets. All calls are durable when they return.</summary>
public interface IContractStore
{
    /// <summary>A contract; null: there is none.</summary>
    /// <param name="version">Its version; null: the newest.</param>
    Task<ContractVersion?> FindContractAsync(string dataset, int? version, CancellationToken cancellationToken);

    /// <summary>The versions of the contract, the newest first.</summary>
    Task<IReadOnlyList<ContractVersion>> ListContractsAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Adds a version with the next number.</summary>
    /// <param name="after">The version that it follows, 0 for none; null: whichever is the newest.</param>
    /// <returns>The version with its number; null: another was set meanwhile.</returns>
    /// <exception cref="KeyNotFoundException">There is no such dataset.</exception>
    Task<ContractVersion?> AddContractAsync(ContractVersion contract, int? after, CancellationToken cancellationToken);
}
