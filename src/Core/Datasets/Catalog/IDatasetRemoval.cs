namespace Progeny.Core.Datasets.Catalog;

/// <summary>
/// Removes versions and datasets from the catalog, each in one transaction. Files that nothing uses any more are removed from the artifact
/// store later.
/// </summary>
public interface IDatasetRemoval
{
    /// <summary>
    /// Removes the contents of a version; what is known of it stays. The version that is read as the newest, one that is held, one with
    /// rows in quarantine and one that the contract in force compares with are needed. A version that was removed stays so.
    /// </summary>
    /// <returns>Null: there is no such version.</returns>
    Task<RemovalResult?> RemoveVersionAsync(
        string dataset, int version, DatasetRemoval removal, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a dataset with everything that is known of it: versions, contracts, quarantine, appended rows and their keys. Subscriptions
    /// need it.
    /// </summary>
    /// <returns>Null: there is no such dataset.</returns>
    Task<RemovalResult?> RemoveDatasetAsync(string dataset, CancellationToken cancellationToken);
}
