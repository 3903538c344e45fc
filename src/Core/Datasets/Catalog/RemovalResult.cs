namespace Progeny.Core.Datasets.Catalog;

/// <summary>What became of a removal.</summary>
/// <param name="Version">The version as it is now; null: a whole dataset was to be removed.</param>
/// <param name="NeededBy">What needs it, as a person would say it, so that nothing was removed; none: it is removed.</param>
public sealed record RemovalResult(DatasetVersion? Version, IReadOnlyList<string> NeededBy)
{
    public bool IsRemoved => NeededBy.Count == 0;
}
