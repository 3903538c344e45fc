using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A map whose keys the author chooses.</summary>
/// <param name="valueOf">What the value of a key looks like.</param>
/// <param name="key">What each key looks like; null: as it likes.</param>
/// <param name="min">The fewest keys.</param>
internal sealed class DictionaryShape<T>(Func<string, Shape<T>> valueOf, TextShape? key, int min) : Shape<IReadOnlyDictionary<string, T>>
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
            valueOf(entry.Name).Check(entry.Value, Join(path, entry.Name), errors);
        }
    }

    public override IReadOnlyDictionary<string, T> Bind(ManifestNode node) =>
        node.Entries.ToDictionary(entry => entry.Name, entry => valueOf(entry.Name).Bind(entry.Value), StringComparer.Ordinal);

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = valueOf("").ToSchema() };
        if (key?.Pattern is { } pattern)
            schema["propertyNames"] = new JsonObject { ["pattern"] = $"^(?:{pattern})$" };
        if (min > 0)
            schema["minProperties"] = min;
        return schema;
    }
}
