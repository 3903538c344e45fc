using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>The features of a manifest that is still being checked, by name.</summary>
internal sealed class SchemaNames(IReadOnlyDictionary<string, ManifestNode> features, ErrorList errors)
{
    public IReadOnlyDictionary<string, ManifestNode> Features => features;

    /// <summary>Refuses a field that differs from a feature in case only: fields are columns in SQL, too.</summary>
    public void CheckCase(ManifestNode? node, string path, string? field)
    {
        if (field is not null && !features.ContainsKey(field)
            && features.Keys.FirstOrDefault(name => name.Equals(field, StringComparison.OrdinalIgnoreCase)) is { } feature)
            errors.Add(
                node!,
                path,
                $"{Quote.Of(field)} differs from the feature {Quote.Of(feature)} in case only, which SQL does not tell apart; write it "
                    + "alike, or give it another name");
    }

    /// <summary>Refuses a name in a list that is no feature.</summary>
    public bool Require(ManifestNode node, string path, string name)
    {
        if (features.ContainsKey(name))
            return true;
        errors.Add(node, path, $"{Quote.Of(name)} is not a feature of the schema;{Known(name)}");
        return false;
    }

    /// <summary>The end of a message about a feature that there is none of.</summary>
    public string Known(string written) =>
        features.Count == 0 ? " it has none"
        : Suggestion.For(written, features.Keys) is { Length: > 0 } suggestion ? suggestion
        : $" its features are {string.Join(", ", features.Keys.Take(20))}";
}
