using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>
/// What a value of the manifest must look like. One description serves the parser (<see cref="Check"/>, then <see cref="Shape{T}.Bind"/>)
/// and the JSON schema for editors (<see cref="ToSchema"/>), so that they cannot differ.
/// </summary>
internal abstract class Shape
{
    public abstract void Check(ManifestNode node, string path, ErrorList errors);

    /// <summary>JSON schema, draft 2020-12.</summary>
    public abstract JsonObject ToSchema();

    protected static string Join(string path, string key) =>
        !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? $"{path}[{Quote.Of(key)}]"
        : path.Length == 0 ? key
        : $"{path}.{key}";
}

/// <summary>A shape that says, too, which value a node is.</summary>
internal abstract class Shape<T> : Shape
{
    /// <summary>The value of a node that has passed every check.</summary>
    public abstract T Bind(ManifestNode node);

    /// <summary>A value as the JSON schema shows it for a default; null: lists and maps are not shown.</summary>
    public virtual JsonValue? ToJson(T value) => null;
}
