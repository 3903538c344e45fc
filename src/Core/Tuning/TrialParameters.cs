using System.Text.Json.Nodes;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tuning;

/// <summary>Parameters that a search drew, as JSON text and within a manifest.</summary>
public static class TrialParameters
{
    /// <summary>As a JSON object, the names in their order.</summary>
    public static string ToJson(IReadOnlyDictionary<string, object> drawn) =>
        new JsonObject(drawn.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ToNode(pair.Value)))).ToJsonString();

    /// <summary>The manifest with parameters in place of its own of the same names.</summary>
    /// <param name="json">As <see cref="ToJson"/> wrote it; null: none.</param>
    public static Manifest In(Manifest manifest, string? json)
    {
        if (json is null)
            return manifest;
        var parameters = new Dictionary<string, object?>(manifest.Pipeline.Parameters);
        foreach (var (name, value) in JsonNode.Parse(json)!.AsObject())
            parameters[name] = FromNode(value!.AsValue());
        return manifest with { Pipeline = manifest.Pipeline with { Parameters = parameters } };
    }

    private static JsonValue ToNode(object value) => value switch
    {
        string text => JsonValue.Create(text),
        bool truth => JsonValue.Create(truth),
        long whole => JsonValue.Create(whole),
        int whole => JsonValue.Create(whole),
        double number => JsonValue.Create(number),
        _ => throw new FormatException($"{value} ({value.GetType().Name}) is no parameter; a string, a finite number, true or false is."),
    };

    private static object FromNode(JsonValue value) =>
        value.TryGetValue(out bool truth) ? truth
        : value.TryGetValue(out string? text) ? text
        : value.TryGetValue(out long whole) ? (object)whole
        : value.GetValue<double>();
}
