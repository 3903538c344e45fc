using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A whole number within bounds, inclusive.</summary>
internal sealed class WholeShape(int min, int max = int.MaxValue) : Shape<int>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (CoreSchema.Resolve(node) is not long number || number < min || number > max)
            errors.Add(node, path, $"needs a whole number from {min} to {max}; this is {node.DescribeQuoted()}");
    }

    public override int Bind(ManifestNode node) => (int)node.AsNumber()!.Value;

    public override JsonValue? ToJson(int value) => JsonValue.Create(value);

    public override JsonObject ToSchema() => new() { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max };
}
