using System.Globalization;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Feedback;

/// <summary>Outcomes as reporters write them to the text that is stored and compared with classes.</summary>
public static class OutcomeValues
{
    /// <summary>The most characters of an outcome where a project names no classes.</summary>
    public const int MaxCharacters = 256;

    /// <summary>Reads an outcome: a class as text, number or boolean, or a finite number for regression.</summary>
    /// <returns>The text to store, or what is wrong and what would be right.</returns>
    public static (string? Value, string? Problem) Read(Manifest manifest, JsonElement outcome) =>
        Read(manifest, TextOf(outcome), () => Shown(outcome));

    /// <summary>Reads an outcome that a feed yields: text, long, double, bool or null.</summary>
    /// <inheritdoc cref="Read(Manifest, JsonElement)"/>
    public static (string? Value, string? Problem) Read(Manifest manifest, object? outcome)
    {
        var text = outcome is null ? null : ValueText.Of(outcome);
        return Read(manifest, text, () => text is null ? "null" : Shorten(text));
    }

    private static (string? Value, string? Problem) Read(Manifest manifest, string? text, Func<string> shown)
    {
        var classes = manifest.Label?.Classes ?? [];
        if (manifest.Task == MachineLearningTask.Regression)
        {
            return text is not null && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number)
                ? (ValueText.Of(number), null)
                : (null, $"{shown()} is no number, which the outcome of '{manifest.Name}' must be");
        }

        if (classes.Count == 0)
        {
            return text is { Length: > 0 and <= MaxCharacters } && !text.Contains('\0')
                ? (text, null)
                : (null, $"{shown()} is no outcome; a text of 1 to {MaxCharacters} characters, none of them NUL, a number or a boolean is");
        }

        return text is not null && classes.Contains(text, StringComparer.Ordinal)
            ? (text, null)
            : (null, $"{shown()} is no class of '{manifest.Name}'; one of {string.Join(", ", classes.Select(name => $"'{name}'"))} is");
    }

    private static string? TextOf(JsonElement outcome)
    {
        try
        {
            return ValueText.Of(outcome);
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair, written as an escape: no text
        }
    }

    private static string Shown(JsonElement outcome)
    {
        if (outcome.ValueKind == JsonValueKind.Undefined)
            return "nothing";
        try
        {
            return Shorten(outcome.GetRawText());
        }
        catch (InvalidOperationException)
        {
            return "what is not UTF-8";
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
