using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Rows;

/// <summary>
/// Appended rows until they are in a version: beside the catalog, in the same database, so that both change in one transaction. All
/// calls are
/// durable when they return.
/// </summary>
public interface IAppendedRows
{
    /// <summary>Stores a batch, once for each id, and of a dataset with a key each row once.</summary>
    /// <param name="id">The id of the batch; null: it has none.</param>
    /// <returns>Null: there are rows whose keys are not known yet, and nothing was stored; see <see cref="IRowKeyIndex"/>.</returns>
    /// <exception cref="RowBatchConflictException">The dataset has another key than the batch was read for, or there is another batch of
    /// that id.</exception>
    /// <exception cref="KeyNotFoundException">There is no such dataset.</exception>
    Task<AppendReceipt?> AppendAsync(string dataset, RowBatch batch, string? id, string by, CancellationToken cancellationToken);

    /// <summary>What became of a batch; null: none of the id is known.</summary>
    Task<AppendReceipt?> FindAsync(string dataset, string id, CancellationToken cancellationToken);

    /// <summary>The datasets with rows that are in no version yet.</summary>
    Task<IReadOnlyList<WaitingDataset>> ListWaitingAsync(CancellationToken cancellationToken);

    /// <summary>The rows of a dataset that are in no version yet, the first of them, with its newest table; one moment of both.</summary>
    /// <param name="maxBytes">No further batch is read behind so many bytes, but one is; 0: none is.</param>
    Task<WaitingRows> ReadAsync(string dataset, long maxBytes, CancellationToken cancellationToken);

    /// <summary>The number of the last batch of a dataset that is in no version yet; 0: there is none.</summary>
    Task<long> LastAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Adds a version with rows of batches and removes the batches, in one transaction.</summary>
    /// <param name="latest">The newest version that is known; where there is a newer one by now, nothing is done.</param>
    /// <param name="batches">The numbers of the batches; where one of them is gone, nothing is done.</param>
    /// <returns>The version; null: nothing was done, since another was faster.</returns>
    Task<DatasetVersion?> AddAsync(NewVersion version, int latest, IReadOnlyList<long> batches, CancellationToken cancellationToken);

    /// <summary>Forgets the ids of batches that came before a moment.</summary>
    Task ForgetBatchesAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
