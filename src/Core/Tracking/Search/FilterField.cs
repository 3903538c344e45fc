namespace Progeny.Core.Tracking.Search;

/// <summary>What a condition or an order is about.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Key">
/// The name of the metric, the parameter or the tag; of an attribute the name that <see cref="SearchEntity"/> has for it.
/// </param>
/// <param name="IsNumber">Whether its values are numbers.</param>
public sealed record FilterField(FieldKind Kind, string Key, bool IsNumber);
