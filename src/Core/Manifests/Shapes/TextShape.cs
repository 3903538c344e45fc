using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>A text as it was written, quoted or not; null is none.</summary>
internal sealed class TextShape : Shape<string>
{
    private readonly Regex? regex;

    /// <param name="pattern">A regular expression for the whole text, or null. Letters and classes only, so that JSON schema reads it
    /// too.</param>
    /// <param name="hint">What the pattern asks for, in words.</param>
    public TextShape(string? pattern = null, string hint = "")
    {
        Pattern = pattern;
        Hint = hint;
        if (pattern is not null)
            regex = new Regex($@"^(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    public string? Pattern { get; }

    public string Hint { get; }

    /// <summary>Whether the text may have no characters.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>What else must be true of a text that fits the pattern: yields what is wrong, or null.</summary>
    public Func<string, string?>? Further { get; init; }

    public override void Check(ManifestNode node, string path, ErrorList errors)
    {
        if (Problem(node) is { } problem)
            errors.Add(node, path, problem);
    }

    public override string Bind(ManifestNode node) => node.Text;

    public override JsonValue? ToJson(string value) => JsonValue.Create(value);

    public override JsonObject ToSchema()
    {
        if (Pattern is not null)
            return new JsonObject { ["type"] = "string", ["pattern"] = $"^(?:{Pattern})$" };

        // YAML readers of editors see the plain scalars 1.0 and true as a number and a boolean; here they are text as written.
        var schema = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        if (!AllowEmpty)
            schema["minLength"] = 1;
        return schema;
    }

    private string? Problem(ManifestNode node)
    {
        if (node.AsText() is not { } text)
            return node.IsNull && node.Text.Length > 0
                ? $"needs a text; write \"{node.Text}\" in quotes if you mean that text"
                : $"needs a text; this is {node.Describe()}";
        if (text.Length == 0 && !AllowEmpty)
            return "must not be empty";
        if (regex is not null && !regex.IsMatch(text))
            return $"{Quote.Of(text)} is not {Hint}";
        return Further?.Invoke(text);
    }
}
