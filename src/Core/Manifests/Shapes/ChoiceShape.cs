using System.Text.Json.Nodes;
using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceShape(string what, params string[] words) : Shape
{
    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        var text = node.AsText();
        if (text is not null && words.Contains(text, StringComparer.Ordinal))
            return;
        var suggestion = text is null ? "" : Suggestion.For(text, words);
        errors.Add(node, path, $"{node.Describe()} is not {what};{suggestion} {(words.Length == 1 ? "It is" : "One of:")} {string.Join(", ", words)}"
            .Replace("; One of:", "; one of:", StringComparison.Ordinal).Replace("; It is", "; it is", StringComparison.Ordinal));
    }

    public override JsonObject ToSchema() => new() { ["enum"] = new JsonArray([.. words.Select(w => JsonValue.Create(w))]) };
}
