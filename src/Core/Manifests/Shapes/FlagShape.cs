using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>true or false.</summary>
internal sealed class FlagShape : Shape
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (CoreSchema.Resolve(node) is not bool)
            errors.Add(node, path, $"needs true or false; this is {node.Describe()}{(node.Kind == NodeKind.Scalar && !node.Plain ? " in quotes" : "")}");
    }

    public override JsonObject ToSchema() => new() { ["type"] = "boolean" };
}
