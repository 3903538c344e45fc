namespace Progeny.Core.Datasets.Catalog;

/// <summary>
/// Appended rows that are on disk and in no version yet. The background work on segments moves them into versions; until then they are
/// part of the dataset's newest table.
/// </summary>
public interface IDatasetTail
{
    /// <summary>
    /// The newest table with the rows behind it, of one moment: each acknowledged row is in the parts or in the file, never in both.
    /// </summary>
    /// <param name="folder">The caller's folder for the file, which the caller deletes.</param>
    /// <returns>Null: no rows wait, and the newest version is the whole table.</returns>
    Task<TailedTable?> ReadAsync(string dataset, string folder, CancellationToken cancellationToken);

    /// <summary>Moves all rows that were acknowledged before the call into a version.</summary>
    Task FlushAsync(string dataset, CancellationToken cancellationToken);
}
