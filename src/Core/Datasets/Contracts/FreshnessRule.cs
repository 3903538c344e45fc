namespace Progeny.Core.Datasets.Contracts;

/// <summary>How old the newest value of a column of times may be when a table arrives.</summary>
public sealed record FreshnessRule(string Column, TimeSpan MaxAge);
