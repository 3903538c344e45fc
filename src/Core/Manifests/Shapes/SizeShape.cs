using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A size in bytes, such as <c>512MiB</c>.</summary>
internal sealed class SizeShape : Shape<long>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.AsText() is not { } text || !ManifestUnits.TryParseSize(text, out _))
            errors.Add(node, path, $"needs a size: {ManifestUnits.SizeHint}; this is {node.Describe()}");
    }

    public override long Bind(ManifestNode node) => ManifestUnits.TryParseSize(node.Text, out var bytes) ? bytes : default;

    public override JsonValue? ToJson(long value) => JsonValue.Create(ManifestUnits.FormatSize(value));

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = $"^(?:{ManifestUnits.SizePattern})$" };
}
