using System.Text.Json;

namespace Progeny.Console.Layout;

/// <summary>A member of a JSON object as it is shown.</summary>
/// <param name="Name">The member's name.</param>
/// <param name="Text">Its value: a text without quotes, anything else as its JSON, cut where it is very long; null for a null.</param>
public sealed record Field(string Name, string? Text)
{
    private const int MaxCharacters = 2_000;

    /// <summary>The members of an object; none for null and for anything that is no object.</summary>
    public static IReadOnlyList<Field> Of(string? json)
    {
        if (json is null || JsonElement.Parse(json) is not { ValueKind: JsonValueKind.Object } element)
            return [];
        return [.. element.EnumerateObject().Select(member => new Field(member.Name, TextOf(member.Value)))];
    }

    /// <summary>A value as <see cref="Text"/> shows it.</summary>
    public static string? TextOf(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };
        return text is { Length: > MaxCharacters } ? $"{text[..MaxCharacters]}…" : text;
    }
}
