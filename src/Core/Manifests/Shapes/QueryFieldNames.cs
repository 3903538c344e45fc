using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>The fields that a query can carry, as far as a manifest that is still being checked tells.</summary>
internal static class QueryFieldNames
{
    /// <summary>The features, the entity, and the parameters of augmentations, views among them, and rules.</summary>
    public static HashSet<string> Of(ManifestNode root, IEnumerable<string> features)
    {
        var known = new HashSet<string>(features, StringComparer.Ordinal);
        if (root["entity"]?.AsText() is { } entity)
            known.Add(entity);
        foreach (var augment in root["augment"]?.Items ?? [])
        {
            known.UnionWith(SqlParameters.Names(augment["query"]?.AsText() ?? ""));
            if (ViewChecks.Find(root, augment["view"]?.AsText()) is not { } view)
                continue;
            known.UnionWith((view["keys"]?.Items ?? []).Select(key => key.AsText()).OfType<string>());
            if (augment["at"]?.AsText() is { } at)
                known.Add(at);
        }

        foreach (var rule in root["rules"]?.Items ?? [])
        {
            var sql = (rule["then"]?["set"]?.Entries ?? []).Select(e => e.Value).Append(rule["when"]).Append(rule["then"]?["answer"]);
            known.UnionWith(sql.SelectMany(node => SqlParameters.Names(node?.AsText() ?? "")));
        }

        return known;
    }

    /// <summary>The end of a message about a field that there is none of.</summary>
    public static string Suggest(string written, HashSet<string> known) =>
        Suggestion.For(written, known) is { Length: > 0 } suggestion ? suggestion : $" the fields are {string.Join(", ", known.Take(20))}";
}
