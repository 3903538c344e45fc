using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true of <c>views</c> and <c>source.as_of</c>.</summary>
internal sealed class ViewChecks(ManifestNode root, SchemaNames schema, ErrorList errors)
{
    /// <summary>The view of a name; null: there is none.</summary>
    public static ManifestNode? Find(ManifestNode root, string? name) =>
        name is null ? null : (root["views"]?.Items ?? []).Find(view => view["name"]?.AsText() == name);

    /// <summary>What is wrong with the name of a view that there is none of.</summary>
    public static string Unknown(ManifestNode root, ManifestNode name)
    {
        var views = (root["views"]?.Items ?? []).Select(view => view["name"]?.AsText()).OfType<string>().ToList();
        var right = views.Count == 0 ? " views declares none"
            : Suggestion.For(name.Text, views) is { Length: > 0 } suggestion ? suggestion
            : $" the views are {string.Join(", ", views)}";
        return $"there is no view {Quote.Of(name.Text)};{right}";
    }

    public void Run()
    {
        var index = 0;
        foreach (var view in root["views"]?.Items ?? [])
            CheckView(view, $"views[{index++}]");
        CheckJoined();
    }

    private void CheckView(ManifestNode view, string path)
    {
        var features = new HashSet<string>(StringComparer.Ordinal);
        var own = view["features"]?.Items ?? [];
        for (var i = 0; i < own.Count; i++)
        {
            if (own[i].AsText() is { } name && schema.Require(own[i], $"{path}.features[{i}]", name))
                features.Add(name);
        }

        var keys = view["keys"]?.Items ?? [];
        for (var i = 0; i < keys.Count; i++)
        {
            schema.CheckCase(keys[i], $"{path}.keys[{i}]", keys[i].AsText());
            if (keys[i].AsText() is { } key && features.Contains(key))
                errors.Add(
                    keys[i], $"{path}.keys[{i}]", $"{Quote.Of(key)} is a feature of the view; a key is what its values are found by");
        }

        foreach (var column in new[] { "known_at", "event_at" })
        {
            if (view[column] is { } node && node.AsText() is { } name && features.Contains(name))
                errors.Add(node, $"{path}.{column}", $"{Quote.Of(name)} is a feature of the view; yield it under two names");
        }

        if (view["event_at"] is { } at && at.AsText() is { } text && text == view["known_at"]?.AsText())
            errors.Add(at, $"{path}.event_at", "is known_at too; without event_at a value holds from when it is known");
        if (SqlParameters.Names(view["query"]?.AsText() ?? "") is [var parameter, ..])
            errors.Add(
                view["query"]!,
                $"{path}.query",
                $"has the parameter :{parameter}; a view's query yields the whole history, and what reads it asks for its keys and times");
    }

    private void CheckJoined()
    {
        if (root["source"] is not { Kind: NodeKind.Map } source || source["as_of"] is not { Kind: NodeKind.List } joined)
            return;
        if (source["query"] is not null && source["ordinal"] is null)
            errors.Add(joined, "source.as_of", "needs source.ordinal, which says as of when a row is");
        var joinedBy = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < joined.Items.Count; i++)
        {
            if (joined.Items[i].AsText() is not { } name)
                continue;
            if (Find(root, name) is not { } view)
            {
                errors.Add(joined.Items[i], $"source.as_of[{i}]", Unknown(root, joined.Items[i]));
                continue;
            }

            foreach (var feature in (view["features"]?.Items ?? []).Select(item => item.AsText()).OfType<string>())
            {
                if (!joinedBy.TryAdd(feature, name) && joinedBy[feature] != name)
                    errors.Add(
                        joined.Items[i],
                        $"source.as_of[{i}]",
                        $"{Quote.Of(feature)} comes from the view {Quote.Of(joinedBy[feature])} already");
            }
        }
    }
}
