namespace Progeny.Core.Manifests;

/// <summary>One field of a project's schema.</summary>
public sealed record Feature
{
    public required string Name { get; init; }

    public required FeatureType Type { get; init; }

    /// <summary>Whether the value may be missing: null, absent, or NaN for a float.</summary>
    public bool Nullable { get; init; }

    /// <summary>
    /// The least value allowed, inclusive; null: no bound. For <see cref="FeatureType.Float"/> and <see cref="FeatureType.Int"/>.
    /// </summary>
    public double? Min { get; init; }

    /// <summary>The greatest value allowed, inclusive; null: no bound.</summary>
    public double? Max { get; init; }

    /// <summary>
    /// The values allowed, for a category. Null: any value; one that was not seen in training then counts as missing.
    /// </summary>
    public IReadOnlyList<string>? Values { get; init; }

    public string Description { get; init; } = "";
}
