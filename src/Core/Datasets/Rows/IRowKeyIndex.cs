namespace Progeny.Core.Datasets.Rows;

/// <summary>The keys of rows that came into a dataset otherwise than by appending: before its key was declared, or in files.</summary>
public interface IRowKeyIndex
{
    /// <summary>Checks that columns can be the key of the rows that a dataset has.</summary>
    /// <exception cref="RowBatchConflictException">Rows have no value in one of them, or share their values; the message names some.
    /// </exception>
    Task CheckAsync(string dataset, IReadOnlyList<string> key, CancellationToken cancellationToken);

    /// <summary>Enters the keys of the rows of a dataset that are not known yet. Of rows that share a key the first counts.</summary>
    Task IndexAsync(string dataset, CancellationToken cancellationToken);
}
