namespace Progeny.Core.Tracking.Search;

/// <summary>One term of an order.</summary>
/// <param name="Field">By what.</param>
/// <param name="IsDescending">Whether the largest come first; what has no value is last in both directions.</param>
public sealed record SearchOrder(FilterField Field, bool IsDescending);
