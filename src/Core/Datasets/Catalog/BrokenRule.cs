namespace Progeny.Core.Datasets.Catalog;

/// <summary>How many rows break a rule.</summary>
/// <param name="Rule">The path of the rule in the contract, such as <c>properties/price/minimum</c>.</param>
/// <param name="Rows">The rows that break it.</param>
public sealed record BrokenRule(string Rule, long Rows);
