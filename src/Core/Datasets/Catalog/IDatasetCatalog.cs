namespace Progeny.Core.Datasets.Catalog;

/// <summary>
/// What is known of all datasets: on one node in a SQLite file, in a cluster in its database. All calls are durable when they return.
/// </summary>
public interface IDatasetCatalog
{
    /// <summary>The datasets, by name.</summary>
    Task<IReadOnlyList<DatasetInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A dataset; null: there is none of that name.</summary>
    Task<DatasetInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Makes a dataset; one that exists stays as it is.</summary>
    /// <returns>The dataset as it is now.</returns>
    Task<DatasetInfo> CreateAsync(DatasetInfo dataset, CancellationToken cancellationToken);

    /// <summary>Changes what people may change of a dataset; null: there is none of that name.</summary>
    /// <param name="change">Must change neither name nor <see cref="DatasetInfo.Latest"/>; may be called again.</param>
    Task<DatasetInfo?> ChangeAsync(string name, Func<DatasetInfo, DatasetInfo> change, CancellationToken cancellationToken);

    /// <summary>Adds a version with the next number, and its parts, in one transaction.</summary>
    /// <returns>The version with its number, and whether it is new; one that was made before with the same
    /// <see cref="NewVersion.Once"/> is returned as it is.</returns>
    /// <exception cref="KeyNotFoundException">There is no such dataset.</exception>
    /// <exception cref="DatasetChangedException">There is a newer version than <see cref="NewVersion.After"/>.</exception>
    Task<(DatasetVersion Version, bool IsNew)> AddAsync(NewVersion version, CancellationToken cancellationToken);

    /// <summary>A version; null: there is none of that number.</summary>
    /// <param name="version">Its number; null: the newest that is ready.</param>
    Task<DatasetVersion?> FindVersionAsync(string dataset, int? version, CancellationToken cancellationToken);

    /// <summary>The versions before a number, the newest first.</summary>
    Task<IReadOnlyList<DatasetVersion>> ListVersionsAsync(string dataset, int? before, int limit, CancellationToken cancellationToken);

    /// <summary>The parts of the table of a version, in their order.</summary>
    Task<IReadOnlyList<DatasetPart>> ListPartsAsync(string dataset, int version, CancellationToken cancellationToken);

    /// <summary>Adds to what is known of a version; null: there is none of that number.</summary>
    /// <param name="change">Must change neither dataset nor number; may be called again.</param>
    Task<DatasetVersion?> ChangeVersionAsync(
        string dataset, int version, Func<DatasetVersion, DatasetVersion> change, CancellationToken cancellationToken);
}
