using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A map whose keys the author chooses.</summary>
internal sealed class DictionaryShape(Shape value, TextShape? key = null, int min = 0) : Shape
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.Kind != NodeKind.Map)
        {
            errors.Add(node, path, $"needs a map; this is {node.Describe()}");
            return;
        }

        if (node.Entries.Count < min)
            errors.Add(node, path, "needs at least one key");
        foreach (var entry in node.Entries)
        {
            key?.Check(entry.Key, Join(path, entry.Name), errors);
            value.Check(entry.Value, Join(path, entry.Name), errors);
        }
    }

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = value.ToSchema() };
        if (key?.Pattern is { } pattern)
            schema["propertyNames"] = new JsonObject { ["pattern"] = $"^(?:{pattern})$" };
        if (min > 0)
            schema["minProperties"] = min;
        return schema;
    }
}
