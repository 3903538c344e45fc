using System.Text.Json.Nodes;
using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A map with known keys.</summary>
/// <param name="make">Makes the value of the map: it declares every key each time, in the order of the schema.</param>
internal sealed class MapShape<T>(Func<MapKeys, T> make) : Shape<T>
{
    public IReadOnlyList<MapKey> Keys { get; } = Declare(make);

    /// <summary>Keys of which exactly one must be there.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    /// <summary>Keys of which at least one must be there.</summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (node.Kind != NodeKind.Map)
        {
            errors.Add(node, path, $"needs a map with the keys {Names()}; this is {node.Describe()}");
            return;
        }

        foreach (var entry in node.Entries)
        {
            var key = Keys.FirstOrDefault(k => k.Name == entry.Name);
            if (key is null)
                errors.Add(entry.Key, Join(path, entry.Name), $"there is no such key;{SuggestFor(entry.Name)}");
            else
                key.Shape.Check(entry.Value, Join(path, key.Name), errors);
        }

        foreach (var key in Keys.Where(k => k.Required && node[k.Name] is null))
            errors.Add(node, Join(path, key.Name), $"is missing: {InSentence(key.Description)}");
        var present = OneOf.Where(k => node[k] is not null).ToList();
        if (OneOf.Count > 0 && present.Count != 1)
            errors.Add(
                node,
                path,
                $"needs exactly one of {string.Join(", ", OneOf)}; it has {(present.Count == 0 ? "none" : string.Join(" and ", present))}");
        if (AnyOf.Count > 0 && AnyOf.All(k => node[k] is null))
            errors.Add(node, path, $"needs at least one of {string.Join(", ", AnyOf)}");
    }

    public override T Bind(ManifestNode node) => make(new MapKeys(node, []));

    public override JsonObject ToSchema()
    {
        var properties = new JsonObject();
        foreach (var key in Keys)
        {
            var property = key.Shape.ToSchema();
            property.Insert(0, "description", key.Description);
            if (key.Default is not null)
                property["default"] = key.Default.DeepClone();
            properties[key.Name] = property;
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (Keys.Any(k => k.Required))
            schema["required"] = ToArray(Keys.Where(k => k.Required).Select(k => k.Name));
        if (OneOf.Count > 0)
            schema["oneOf"] = Requirements(OneOf);
        if (AnyOf.Count > 0)
            schema["anyOf"] = Requirements(AnyOf);
        schema["additionalProperties"] = false;
        return schema;
    }

    private static List<MapKey> Declare(Func<MapKeys, T> make)
    {
        List<MapKey> declared = [];
        make(new MapKeys(null, declared));
        return declared;
    }

    private static JsonArray ToArray(IEnumerable<string> names) => new([.. names.Select(n => JsonValue.Create(n))]);

    private static JsonArray Requirements(IEnumerable<string> names) =>
        new([.. names.Select(n => new JsonObject { ["required"] = ToArray([n]) })]);

    private string SuggestFor(string written)
    {
        var suggestion = Suggestion.For(written, Keys.Select(k => k.Name));
        return suggestion.Length > 0 ? suggestion : $" the keys here are {Names()}";
    }

    private static string InSentence(string description) =>
        description.Length > 1 && char.IsUpper(description[1]) ? description : char.ToLowerInvariant(description[0]) + description[1..];

    private string Names() => string.Join(", ", Keys.Select(k => k.Name));
}
