using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Rows;

/// <summary>Appends batches of rows to datasets, which it makes where there is none of the name.</summary>
public sealed class RowAppender(IDatasetCatalog catalog, IAppendedRows rows, IRowKeyIndex index, TimeProvider time)
{
    /// <summary>The most bytes of a batch.</summary>
    public const int MaxBytes = 32 << 20;

    private const int MaxAttempts = 10;

    /// <summary>Appends a batch.</summary>
    /// <param name="body">An object of JSON a line.</param>
    /// <param name="id">What makes the batch happen once; null: a batch that is sent again is another.</param>
    /// <param name="key">The columns that make a row one row, which the first append that names them declares; null: as declared.</param>
    /// <exception cref="RowLineException">A line is no row. Nothing of the batch is stored.</exception>
    /// <exception cref="RowBatchConflictException">The dataset has another key, or there is another batch of that id.</exception>
    public async Task<AppendReceipt> AppendAsync(
        string dataset, ReadOnlyMemory<byte> body, string? id, IReadOnlyList<string>? key, string by, CancellationToken cancellationToken)
    {
        // A first batch that is refused leaves no dataset behind.
        var found = await catalog.FindAsync(dataset, cancellationToken);
        var declared = found is { Key.Count: > 0 } ? found.Key : key ?? [];
        if (key is not null && !key.SequenceEqual(declared, StringComparer.OrdinalIgnoreCase))
            throw OtherKey(dataset, declared);
        var batch = RowBatchReader.Read(body, declared);
        if (batch.Lines.Count == 0)
            return new AppendReceipt { Rows = 0, Stored = 0, Batch = id };
        found ??= await catalog.CreateAsync(
            new DatasetInfo { Name = dataset, CreatedAt = time.GetUtcNow(), CreatedBy = by, Key = declared }, cancellationToken);
        if (found.Key.Count == 0 && declared.Count > 0)
        {
            await index.CheckAsync(dataset, declared, cancellationToken);
            found = await catalog.ChangeAsync(
                dataset, info => info.Key.Count > 0 ? info : info with { Key = declared }, cancellationToken) ?? found;
        }

        if (!found.Key.SequenceEqual(declared, StringComparer.OrdinalIgnoreCase))
            throw OtherKey(dataset, found.Key);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await rows.AppendAsync(dataset, batch, id, by, cancellationToken) is { } receipt)
                return receipt;
            await index.IndexAsync(dataset, cancellationToken);
        }

        throw new RowBatchConflictException($"Dataset '{dataset}' is changed all the time; send the rows again.");
    }

    private static RowBatchConflictException OtherKey(string dataset, IReadOnlyList<string> key) => new(
        $"The key of dataset '{dataset}' is {(key.Count == 0 ? "not declared" : string.Join(", ", key))}; send its rows with this "
            + "key or with none.");
}
