using System.Globalization;
using System.Text.Json;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Feedback;

/// <summary>Outcomes as reporters write them to the text that is stored and compared with classes.</summary>
public static class OutcomeValues
{
    /// <summary>Reads an outcome: a class as text, number or boolean, or a finite number for regression.</summary>
    /// <returns>The text to store, or what is wrong and what would be right.</returns>
    public static (string? Value, string? Problem) Read(Manifest manifest, JsonElement outcome)
    {
        var text = outcome.ValueKind switch
        {
            JsonValueKind.String => outcome.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => outcome.GetRawText(),
            _ => null,
        };
        var classes = manifest.Label?.Classes ?? [];
        if (manifest.Task == MachineLearningTask.Regression)
        {
            return text is not null && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? (number.ToString("R", CultureInfo.InvariantCulture), null)
                : (null, $"{Shown(outcome)} is no number, which the outcome of '{manifest.Name}' must be");
        }

        if (text is null || (classes.Count > 0 && !classes.Contains(text, StringComparer.Ordinal)))
            return (null, $"{Shown(outcome)} is no class of '{manifest.Name}'; one of {string.Join(", ", classes.Select(name => $"'{name}'"))} is");
        return (text, null);
    }

    private static string Shown(JsonElement outcome)
    {
        if (outcome.ValueKind == JsonValueKind.Undefined)
            return "nothing";
        var text = outcome.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
