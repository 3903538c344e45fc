using System.Text.Json;
using Progeny.Console.Layout;

namespace Progeny.Console.QueryLog;

/// <summary>A logged prediction taken apart.</summary>
/// <param name="Label">The predicted class; null for a number and for tensors.</param>
/// <param name="Value">The predicted number; null for classes and for tensors.</param>
/// <param name="Probabilities">A probability a class, in the model's order; empty for a number and for tensors.</param>
public sealed record ShownPrediction(string? Label, double? Value, IReadOnlyList<(string Class, double Share)> Probabilities)
{
    /// <summary>The probability of the predicted class.</summary>
    public double? Share => Probabilities.Where(probability => probability.Class == Label).Select(probability => (double?)probability.Share).FirstOrDefault();

    /// <summary>The prediction in one word; null for tensors.</summary>
    public string? Text => Label ?? (Value is { } value ? Show.Figure(value) : null);

    /// <summary>Reads the JSON object of the query log; null for none.</summary>
    public static ShownPrediction? Of(string? json)
    {
        if (json is null || JsonElement.Parse(json) is not { ValueKind: JsonValueKind.Object } element)
            return null;
        var label = element.TryGetProperty("label", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        double? value = element.TryGetProperty("value", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;
        return new ShownPrediction(label, value, [.. Shares(element)]);
    }

    private static IEnumerable<(string Class, double Share)> Shares(JsonElement prediction) =>
        prediction.TryGetProperty("probabilities", out var shares) && shares.ValueKind == JsonValueKind.Object
            ? shares.EnumerateObject().Where(share => share.Value.ValueKind == JsonValueKind.Number).Select(share => (share.Name, share.Value.GetDouble()))
            : [];
}
