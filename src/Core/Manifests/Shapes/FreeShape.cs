using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>Any value that JSON can carry: text, finite number, boolean, null, and lists and maps of them.</summary>
/// <param name="type">The type of the feature whose value it is; null: of none.</param>
internal sealed class FreeShape(FeatureType? type = null) : Shape<object?>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        for (var i = 0; i < node.Items.Count; i++)
            Check(node.Items[i], $"{path}[{i}]", errors);
        foreach (var entry in node.Entries)
            Check(entry.Value, Join(path, entry.Name), errors);
        if (CoreSchema.Resolve(node) is double number && !double.IsFinite(number))
            errors.Add(node, path, $"needs a finite number; this is {node.Describe()}. A missing value is null");
    }

    public override object? Bind(ManifestNode node) => FeatureValue.Read(type, node);

    public override JsonObject ToSchema() => [];
}
