using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A list of like values.</summary>
/// <param name="item">What each value looks like.</param>
/// <param name="min">The fewest values.</param>
/// <param name="unique">Whether no text may occur twice.</param>
internal sealed class ListShape<T>(Shape<T> item, int min = 0, bool unique = false) : Shape<IReadOnlyList<T>>
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.Kind != NodeKind.List)
        {
            errors.Add(node, path, $"needs a list; this is {node.Describe()}");
            return;
        }

        if (node.Items.Count < min)
            errors.Add(node, path, $"needs at least {min} {(min == 1 ? "value" : "values")}; it has {node.Items.Count}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < node.Items.Count; i++)
        {
            item.Check(node.Items[i], $"{path}[{i}]", errors);
            if (unique && node.Items[i].AsText() is { } text && !seen.Add(text))
                errors.Add(node.Items[i], $"{path}[{i}]", $"{Quote.Of(text)} is in the list already");
        }
    }

    public override IReadOnlyList<T> Bind(ManifestNode node) => [.. node.Items.Select(item.Bind)];

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = item.ToSchema() };
        if (min > 0)
            schema["minItems"] = min;
        if (unique)
            schema["uniqueItems"] = true;
        return schema;
    }
}
