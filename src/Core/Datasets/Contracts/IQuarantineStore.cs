using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>Keeps what is known of quarantined rows and held versions. All calls are durable when they return.</summary>
public interface IQuarantineStore
{
    /// <summary>The entries of a dataset, the newest first.</summary>
    /// <param name="all">Whether those without rows are among them.</param>
    Task<IReadOnlyList<QuarantineEntry>> ListQuarantineAsync(string dataset, bool all, CancellationToken cancellationToken);

    /// <summary>The rows that came with a version and broke the contract; null: there are none.</summary>
    Task<QuarantineEntry?> FindQuarantineAsync(string dataset, int version, CancellationToken cancellationToken);

    /// <summary>Changes an entry and adds the version in which its rows land, in one transaction.</summary>
    /// <param name="version">The version that names the entry.</param>
    /// <param name="digest">The entry's file that the change was made from.</param>
    /// <param name="landing">The version with the rows that land; null: none do.</param>
    /// <param name="change">Of the entry and the version made.</param>
    /// <returns>The entry; null: it has ended or was changed meanwhile, and nothing was done.</returns>
    Task<QuarantineEntry?> ResolveQuarantineAsync(
        string dataset,
        int version,
        string digest,
        NewVersion? landing,
        Func<QuarantineEntry, DatasetVersion?, QuarantineEntry> change,
        CancellationToken cancellationToken);

    /// <summary>
    /// Releases a held version: it is read from now on. Rows that were to be appended are in the newest table then, by a version of their
    /// own where others were made meanwhile; a whole table is the newest only where none is newer.
    /// </summary>
    /// <returns>The version as it is now, and the one that has its rows in the newest table, which may be the same; null: it is not held.
    /// </returns>
    Task<(DatasetVersion Version, DatasetVersion? Newest)?> ReleaseAsync(
        string dataset, int version, HeldDecision decision, CancellationToken cancellationToken);

    /// <summary>Drops a held version with its quarantined rows; null: it is not held.</summary>
    Task<DatasetVersion?> DropHeldAsync(string dataset, int version, HeldDecision decision, CancellationToken cancellationToken);
}
