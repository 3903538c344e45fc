using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A map, or one word that stands for what most would write there.</summary>
internal sealed class WordOrMapShape<T>(string word, T value, MapShape<T> map) : Shape<T>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.Kind != NodeKind.Scalar)
            map.Check(node, path, errors);
        else if (node.AsText() != word)
            errors.Add(node, path, $"needs the word '{word}' or a map; this is {node.Describe()}");
    }

    public override T Bind(ManifestNode node) => node.Kind == NodeKind.Scalar ? value : map.Bind(node);

    public override JsonObject ToSchema() => new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = word }, map.ToSchema()) };
}
