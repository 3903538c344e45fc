using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>true or false.</summary>
internal sealed class FlagShape : Shape<bool>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (CoreSchema.Resolve(node) is not bool)
            errors.Add(node, path, $"needs true or false; this is {node.DescribeQuoted()}");
    }

    public override bool Bind(ManifestNode node) => CoreSchema.Resolve(node) is true;

    public override JsonValue? ToJson(bool value) => JsonValue.Create(value);

    public override JsonObject ToSchema() => new() { ["type"] = "boolean" };
}
