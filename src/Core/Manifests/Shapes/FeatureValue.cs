namespace Progeny.Core.Manifests.Shapes;

/// <summary>Values of features as tests and augmentations give them.</summary>
internal static class FeatureValue
{
    public static FeatureType? TypeOf(ManifestNode? feature) =>
        feature?["type"]?.AsText() is { } text && Enum.TryParse<FeatureType>(text, ignoreCase: true, out var type) && Enum.IsDefined(type)
            ? type
            : null;

    /// <summary>The value by the feature's type: categories and texts as they were written, all else by YAML's core schema.</summary>
    public static object? Read(FeatureType? type, ManifestNode node) => (type, node.Kind, node.IsNull) switch
    {
        (FeatureType.Category or FeatureType.Text, NodeKind.Scalar, false) => node.Text,
        (FeatureType.Float, NodeKind.Scalar, _) when CoreSchema.Resolve(node) is long number => (double)number,
        _ => Free(node),
    };

    /// <summary>null, bool, long, double, string, List or Dictionary.</summary>
    public static object? Free(ManifestNode node) => node.Kind switch
    {
        NodeKind.List => node.Items.ConvertAll(Free),
        NodeKind.Map => node.Entries.ToDictionary(e => e.Name, e => Free(e.Value), StringComparer.Ordinal),
        _ => CoreSchema.Resolve(node),
    };

    /// <summary>What is wrong with a value that takes the feature's place, or null.</summary>
    public static string? Problem(ManifestNode feature, ManifestNode node)
    {
        if (TypeOf(feature) is not { } type)
            return null;
        var value = Read(type, node);
        if (value is null && node.Kind == NodeKind.Scalar)
            return feature["nullable"] is { } nullable && CoreSchema.Resolve(nullable) is true
                ? null
                : "is null, and the feature is not nullable";
        var fits = type switch
        {
            FeatureType.Float => value is double,
            FeatureType.Int => value is long,
            FeatureType.Bool => value is bool,
            _ => value is string,
        };
        if (!fits)
            return $"{node.Describe()} is not of the feature's type {type.ToString().ToLowerInvariant()}";
        if (node.AsNumber() is { } number && type is FeatureType.Float or FeatureType.Int
            && (number < feature["min"]?.AsNumber() || number > feature["max"]?.AsNumber()))
            return $"{node.Text} is outside the feature's min and max";
        return type == FeatureType.Category && feature["values"] is { Kind: NodeKind.List } values
            && values.Items.TrueForAll(v => v.AsText() != node.Text)
            ? $"{Quote.Of(node.Text)} is not among the feature's values"
            : null;
    }
}
