namespace Progeny.Core.Datasets.Catalog;

/// <summary>A value and how often it occurs.</summary>
/// <param name="Value">As text of at most <see cref="ColumnProfile.MaxText"/> characters.</param>
/// <param name="Count">The rows that have it.</param>
public sealed record ValueCount(string Value, long Count);
