using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Removal;

/// <summary>Files of a dataset that were written anew without some rows.</summary>
/// <param name="Parts">The parts that take the place of others, by the digests of those.</param>
/// <param name="Quarantine">The quarantined rows that take the place of others, by the digests of those; null: none are left.</param>
internal sealed record RewrittenFiles(
    IReadOnlyDictionary<string, DatasetPart> Parts, IReadOnlyDictionary<string, NewQuarantine?> Quarantine);
