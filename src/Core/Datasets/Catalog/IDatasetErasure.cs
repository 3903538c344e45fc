namespace Progeny.Core.Datasets.Catalog;

/// <summary>Removes the rows of an entity from datasets.</summary>
public interface IDatasetErasure
{
    /// <summary>
    /// Removes the rows that have a value in a column from all versions of a dataset, from its quarantine and from its appended rows. The
    /// versions keep their numbers. Files in which such rows were sent are not kept. Done again, it finds nothing.
    /// </summary>
    /// <param name="column">The name of the column; a table without it stays as it is.</param>
    /// <param name="value">The value as text.</param>
    /// <param name="note">What the versions say of it from then on. It must not name the entity.</param>
    Task<ErasedRows> EraseAsync(
        string dataset, string column, string value, ErasureDecision note, CancellationToken cancellationToken);
}
