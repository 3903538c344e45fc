using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The values that a logged prediction has in SQL.</summary>
internal static class PredictionValues
{
    /// <returns>
    /// The class, or the number as text; the probability of that class, or the number; the probabilities by class as JSON.
    /// </returns>
    public static (string? Prediction, float? Score, string? Probabilities) Of(Prediction? prediction)
    {
        if (prediction is not { Rows: > 0 })
            return (null, null, null);
        var scores = prediction.Row(0);
        if (prediction.Classes.IsEmpty)
            return (ValueText.Of(scores[0]), scores[0], null);
        var label = prediction.Labels.Span[0];
        var probabilities = new Dictionary<string, float>(prediction.Classes.Length, StringComparer.Ordinal);
        for (var i = 0; i < scores.Length; i++)
            probabilities[prediction.Classes[i]] = float.IsFinite(scores[i]) ? scores[i] : 0;
        return (prediction.Classes[label], scores[label], JsonSerializer.Serialize(probabilities));
    }
}
