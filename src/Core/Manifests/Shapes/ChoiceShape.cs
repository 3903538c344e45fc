using System.Text.Json.Nodes;
using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>One of a few words, each of which stands for a value.</summary>
internal sealed class ChoiceShape<T>(string what, params IReadOnlyList<(string Word, T Value)> choices) : Shape<T>
{
    private readonly List<string> words = [.. choices.Select(choice => choice.Word)];

    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        var text = node.AsText();
        if (text is not null && words.Contains(text))
            return;
        var suggestion = text is null ? "" : Suggestion.For(text, words);
        errors.Add(
            node,
            path,
            $"{node.Describe()} is not {what};{suggestion} {(words.Count == 1 ? "It is" : "One of:")} {string.Join(", ", words)}"
            .Replace("; One of:", "; one of:", StringComparison.Ordinal).Replace("; It is", "; it is", StringComparison.Ordinal));
    }

    public override T Bind(ManifestNode node) => choices[words.IndexOf(node.Text)].Value;

    public override JsonValue? ToJson(T value) => JsonValue.Create(choices.First(choice => Equals(choice.Value, value)).Word);

    public override JsonObject ToSchema() => new() { ["enum"] = new JsonArray([.. words.Select(w => JsonValue.Create(w))]) };
}
