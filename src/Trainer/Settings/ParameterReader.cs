using System.Text.Json;
using System.Text.Json.Nodes;

namespace Progeny.Trainer.Settings;

/// <summary>Reads parameters by name and kind; every complaint names the parameter, its value and what would be right.</summary>
internal sealed class ParameterReader(JsonObject parameters)
{
    public int? Whole(string name, int least, int most)
    {
        if (Get(name, JsonValueKind.Number, $"a whole number from {least} to {most}") is not { } node)
            return null;
        var value = node.GetValue<JsonElement>();
        return value.TryGetDouble(out var number) && Math.Floor(number) == number && number >= least && number <= most
            ? (int)number
            : throw Wrong(name, node, $"a whole number from {least} to {most}");
    }

    public double? Number(string name, double least, double most)
    {
        var right = FormattableString.Invariant($"a number from {least} to {most}");
        if (Get(name, JsonValueKind.Number, right) is not { } node)
            return null;
        var number = node.GetValue<JsonElement>().GetDouble();
        return number >= least && number <= most ? number : throw Wrong(name, node, right);
    }

    public string? Text(string name) => Get(name, JsonValueKind.String, "text")?.GetValue<string>();

    public string? OneOf(string name, IReadOnlyList<string> values)
    {
        var right = "one of " + string.Join(", ", values);
        if (Get(name, JsonValueKind.String, right) is not { } node)
            return null;
        var text = node.GetValue<string>();
        return values.Contains(text) ? text : throw Wrong(name, node, right);
    }

    /// <summary>A text, or a list of texts.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        switch (parameters[name])
        {
            case null:
                return [];
            case JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String):
                return [.. list.Select(item => item!.GetValue<string>())];
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return [value.GetValue<string>()];
            case var other:
                throw Wrong(name, other, "text or a list of texts");
        }
    }

    public JsonObject? Map(string name) => Get(name, JsonValueKind.Object, "a map")?.AsObject();

    public JsonArray? List(string name) => Get(name, JsonValueKind.Array, "a list")?.AsArray();

    /// <summary>Every parameter but those named, as the text that the library takes.</summary>
    public IEnumerable<KeyValuePair<string, string>> Rest(IReadOnlyList<string> without)
    {
        foreach (var (name, node) in parameters)
        {
            if (without.Contains(name) || node is null)
                continue;
            yield return KeyValuePair.Create(name, node.GetValueKind() switch
            {
                JsonValueKind.String => node.GetValue<string>(),
                JsonValueKind.Number => node.ToJsonString(),
                JsonValueKind.True => "1",
                JsonValueKind.False => "0",
                _ => throw Wrong(name, node, "text, a number, true or false"),
            });
        }
    }

    JsonNode? Get(string name, JsonValueKind kind, string right)
    {
        if (parameters[name] is not { } node)
            return null;
        return node.GetValueKind() == kind ? node : throw Wrong(name, node, right);
    }

    static TrainerException Wrong(string name, JsonNode node, string right) =>
        new($"parameter '{name}' is {node.ToJsonString()}; {right} would be right");
}
