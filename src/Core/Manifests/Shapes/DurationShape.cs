using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A duration such as <c>10m</c> within bounds, inclusive.</summary>
internal sealed class DurationShape(TimeSpan min, TimeSpan max) : Shape<TimeSpan>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.AsText() is not { } text || !ManifestUnits.TryParseDuration(text, out var duration))
            errors.Add(node, path, $"needs a duration: {ManifestUnits.DurationHint}; this is {node.Describe()}");
        else if (duration < min || duration > max)
            errors.Add(node, path, $"needs a duration from {ManifestUnits.Format(min)} to {ManifestUnits.Format(max)}; this is {text}");
    }

    public override TimeSpan Bind(ManifestNode node) => ManifestUnits.TryParseDuration(node.Text, out var duration) ? duration : default;

    public override JsonValue? ToJson(TimeSpan value) => JsonValue.Create(ManifestUnits.Format(value));

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = $"^(?:{ManifestUnits.DurationPattern})$" };
}
