using System.Globalization;
using System.Text.Json;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Feedback;

/// <summary>Outcomes as reporters write them to the text that is stored and compared with classes.</summary>
public static class OutcomeValues
{
    /// <summary>The most characters of an outcome where a project names no classes.</summary>
    public const int MostCharacters = 256;

    /// <summary>Reads an outcome: a class as text, number or boolean, or a finite number for regression.</summary>
    /// <returns>The text to store, or what is wrong and what would be right.</returns>
    public static (string? Value, string? Problem) Read(Manifest manifest, JsonElement outcome)
    {
        var text = TextOf(outcome);
        var classes = manifest.Label?.Classes ?? [];
        if (manifest.Task == MachineLearningTask.Regression)
        {
            return text is not null && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? (number.ToString("R", CultureInfo.InvariantCulture), null)
                : (null, $"{Shown(outcome)} is no number, which the outcome of '{manifest.Name}' must be");
        }

        if (classes.Count == 0)
        {
            return text is { Length: > 0 and <= MostCharacters }
                ? (text, null)
                : (null, $"{Shown(outcome)} is no outcome; a text of 1 to {MostCharacters} characters, a number or a boolean is");
        }

        return text is not null && classes.Contains(text, StringComparer.Ordinal)
            ? (text, null)
            : (null, $"{Shown(outcome)} is no class of '{manifest.Name}'; one of {string.Join(", ", classes.Select(name => $"'{name}'"))} is");
    }

    private static string? TextOf(JsonElement outcome)
    {
        switch (outcome.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return outcome.GetString();
                }
                catch (InvalidOperationException)
                {
                    return null; // half a surrogate pair, written as an escape: no text
                }

            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return outcome.GetRawText();
            default:
                return null;
        }
    }

    private static string Shown(JsonElement outcome)
    {
        if (outcome.ValueKind == JsonValueKind.Undefined)
            return "nothing";
        var text = outcome.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
