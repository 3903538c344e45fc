using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true of <c>augment</c>.</summary>
internal sealed class AugmentChecks(ManifestNode root, SchemaNames schema, ErrorList errors)
{
    private readonly string? label = root["label"]?["name"]?.AsText();
    private readonly Dictionary<string, int> yieldedBy = new(StringComparer.Ordinal);

    public void Run()
    {
        var index = 0;
        foreach (var augment in root["augment"]?.Items ?? [])
        {
            var path = $"augment[{index++}]";
            var names = augment["view"] is { } view ? CheckView(augment, view, path, index) : CheckQuery(augment, path, index);
            CheckDefaults(augment, path, names);
        }
    }

    private HashSet<string> CheckView(ManifestNode augment, ManifestNode name, string path, int index)
    {
        foreach (var entry in augment.Entries.Where(entry => entry.Name is "feed" or "features"))
            errors.Add(entry.Key, $"{path}.{entry.Name}", "is the view's own; leave it out beside view");
        var view = ViewChecks.Find(root, name.AsText());
        if (view is null)
        {
            errors.Add(name, $"{path}.view", $"{ViewChecks.Unknown(root, name)}");
            return [];
        }

        var features = (view["features"]?.Items ?? []).Select(item => item.AsText()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var feature in features)
            Claim(name, $"{path}.view", feature, index);
        foreach (var key in (view["keys"]?.Items ?? []).Select(item => item.AsText()).OfType<string>())
            CheckParameter(name, $"{path}.view", key, features, $"the view's key {Quote.Of(key)}");
        if (augment["at"] is { } at && at.AsText() is { } field)
            CheckParameter(at, $"{path}.at", field, features, Quote.Of(field));
        return features;
    }

    private HashSet<string> CheckQuery(ManifestNode augment, string path, int index)
    {
        foreach (var (key, what) in new[]
        {
            ("feed", "the name of a feed that an operator configured"), ("features", "the features that the SQL yields"),
        })
        {
            if (augment["query"] is not null && augment[key] is null)
                errors.Add(augment, $"{path}.{key}", $"is missing: {what}");
        }

        if (augment["at"] is { } at)
            errors.Add(at, $"{path}.at", "is for a view only");
        var own = augment["features"]?.Items ?? [];
        var names = own.Select(o => o.AsText()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < own.Count; i++)
        {
            if (own[i].AsText() is { } name && schema.Require(own[i], $"{path}.features[{i}]", name))
                Claim(own[i], $"{path}.features[{i}]", name, index);
        }

        foreach (var parameter in SqlParameters.Names(augment["query"]?.AsText() ?? ""))
            CheckParameter(augment["query"]!, $"{path}.query", parameter, names, $"the parameter :{parameter}");
        return names;
    }

    private void Claim(ManifestNode node, string path, string feature, int index)
    {
        if (!yieldedBy.TryAdd(feature, index) && yieldedBy[feature] != index)
            errors.Add(node, path, $"{Quote.Of(feature)} comes from an earlier augmentation already");
    }

    private void CheckParameter(ManifestNode node, string path, string field, HashSet<string> found, string what)
    {
        schema.CheckCase(node, path, field);
        if (found.Contains(field))
            errors.Add(node, path, $"{what} is a feature that this query is to find; use fields that the caller gives");
        else if (field == label)
            errors.Add(node, path, $"{what} is the label, which a query does not carry");
    }

    private void CheckDefaults(ManifestNode augment, string path, HashSet<string> names)
    {
        foreach (var entry in augment["default"]?.Entries ?? [])
        {
            if (!names.Contains(entry.Name))
                errors.Add(
                    entry.Key,
                    $"{path}.default.{entry.Name}",
                    $"is not among this augmentation's features;{Suggestion.For(entry.Name, names)}".TrimEnd(';'));
            else if (schema.Features.TryGetValue(entry.Name, out var feature)
                && FeatureValue.Problem(feature, entry.Value) is { } problem)
                errors.Add(entry.Value, $"{path}.default.{entry.Name}", problem);
        }
    }
}
