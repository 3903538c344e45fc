namespace Progeny.Core.Datasets.Catalog;

/// <summary>What the table of a version looks like.</summary>
/// <param name="Rows">The rows that were read: all.</param>
/// <param name="Columns">The columns, in the order of the table.</param>
public sealed record DatasetProfile(long Rows, IReadOnlyList<ColumnProfile> Columns);
