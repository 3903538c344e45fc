using System.Text.Json;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving;

/// <summary>A prediction in JSON, as answers and the query log show it.</summary>
public static class PredictionWriter
{
    /// <summary>
    /// Writes the properties of one row's prediction: <c>"label": …, "probabilities": {class: …}</c>, or <c>"value": …</c> for regression.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, Prediction prediction, int row)
    {
        var scores = prediction.Row(row);
        if (prediction.Classes.IsEmpty)
        {
            writer.WriteNumber("value"u8, scores[0]);
            return;
        }

        writer.WriteString("label"u8, prediction.Classes[prediction.Labels.Span[row]]);
        writer.WriteStartObject("probabilities"u8);
        for (var i = 0; i < scores.Length; i++)
            writer.WriteNumber(prediction.Classes[i], scores[i]);
        writer.WriteEndObject();
    }
}
