using System.Text.Json.Nodes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>
/// What a value of the manifest must look like. One description serves the parser (<see cref="Check"/>) and the JSON schema for editors
/// (<see cref="ToSchema"/>), so that they cannot differ.
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
