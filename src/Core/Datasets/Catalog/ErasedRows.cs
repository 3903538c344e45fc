namespace Progeny.Core.Datasets.Catalog;

/// <summary>What was removed of a dataset about an entity.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Versions">The versions whose rows are others now; they keep their numbers.</param>
/// <param name="Rows">The rows that were removed, each counted once for every file that had it.</param>
/// <param name="Quarantined">The rows that were removed from quarantine.</param>
/// <param name="Originals">The files, as they were sent, that are not kept any more since rows in them were about the entity.</param>
public sealed record ErasedRows(string Dataset, int Versions, long Rows, long Quarantined, int Originals)
{
    public bool IsNothing => Rows == 0 && Quarantined == 0;
}
