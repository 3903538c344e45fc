namespace Progeny.Core.Datasets.Catalog;

/// <summary>A type that most texts of a column could have, and what contradicts it.</summary>
/// <param name="Type"><c>number</c> or <c>timestamp</c>.</param>
/// <param name="Values">The texts that can be read as it.</param>
/// <param name="Contradictions">The texts that cannot be read as it, or that it would not give back as they are, as <c>007</c>.</param>
/// <param name="Example">One of those.</param>
public sealed record LikelyType(string Type, long Values, long Contradictions, string? Example);
