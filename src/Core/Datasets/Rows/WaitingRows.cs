using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Rows;

/// <summary>The rows of a dataset that are in no version yet, and the newest table, of one moment.</summary>
/// <param name="Latest">The number of the newest version, whether it is read or not.</param>
/// <param name="Version">The newest version that is ready; null: there is none.</param>
/// <param name="Parts">The parts of its table.</param>
/// <param name="Batches">The batches, in their order.</param>
/// <param name="IsPartial">Whether more batches wait behind these.</param>
public sealed record WaitingRows(
    int Latest, DatasetVersion? Version, IReadOnlyList<DatasetPart> Parts, IReadOnlyList<WaitingBatch> Batches, bool IsPartial);
