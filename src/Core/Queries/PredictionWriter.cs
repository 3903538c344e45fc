using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>A prediction in JSON, as answers and the query log show it.</summary>
public static class PredictionWriter
{
    /// <summary>
    /// Writes the properties of one row's prediction: <c>"label": …, "probabilities": {class: …}</c>, or <c>"value": …</c> for regression.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, Prediction prediction, int row) =>
        Write(writer, prediction.Classes, prediction.Row(row), prediction.Classes.IsEmpty ? -1 : prediction.Labels.Span[row]);

    /// <inheritdoc cref="Write(Utf8JsonWriter, Prediction, int)"/>
    /// <param name="classes">The classes in the order of the scores; empty for regression.</param>
    /// <param name="label">The index of the class predicted.</param>
    internal static void Write(Utf8JsonWriter writer, ImmutableArray<string> classes, ReadOnlySpan<float> scores, int label)
    {
        if (classes.IsEmpty)
        {
            writer.WritePropertyName("value"u8);
            JsonFloats.Write(writer, scores[0]);
            return;
        }

        writer.WriteString("label"u8, classes[label]);
        writer.WriteStartObject("probabilities"u8);
        for (var i = 0; i < scores.Length; i++)
            writer.WriteNumber(classes[i], scores[i]);
        writer.WriteEndObject();
    }
}
