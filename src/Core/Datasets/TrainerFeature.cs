using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>One feature as <c>schema.json</c> names it.</summary>
public sealed record TrainerFeature
{
    public required string Name { get; init; }

    public required FeatureType Type { get; init; }

    /// <summary>Whether the field may be empty in <c>data.csv</c>.</summary>
    public required bool Nullable { get; init; }

    /// <inheritdoc cref="Feature.Min"/>
    public double? Min { get; init; }

    /// <inheritdoc cref="Feature.Max"/>
    public double? Max { get; init; }

    /// <inheritdoc cref="Feature.Values"/>
    public IReadOnlyList<string>? Values { get; init; }

    public static TrainerFeature From(Feature feature) => new()
    {
        Name = feature.Name,
        Type = feature.Type,
        Nullable = feature.Nullable,
        Min = feature.Min,
        Max = feature.Max,
        Values = feature.Values,
    };
}
