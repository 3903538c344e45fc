namespace Progeny.Contracts.Serving;

/// <summary>Whom the answer of a row stands in for.</summary>
/// <param name="From">The arm that had been chosen and failed.</param>
/// <param name="Why">Why it failed.</param>
public sealed record RowFallback(string From, string Why);
