using System.Globalization;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;

namespace Progeny.Core.Evaluation;

/// <summary>A logged query, its prediction and its outcome as the row that a project's metrics are computed over.</summary>
internal sealed class ScoredRow(
    Manifest manifest, IReadOnlyList<string> fields, IReadOnlyList<string> classes, JsonElement own, JsonElement augmented, JsonElement prediction, string outcome)
    : IExpressionRow
{
    public SqlValue Get(int column)
    {
        if (column < fields.Count)
            return Field(column);
        column -= fields.Count;
        if (classes.Count == 0)
            return column == 0 ? Real(MetricSet.Number(prediction, "value")) : Outcome();
        if (column == 0)
            return prediction.TryGetProperty("label", out var label) ? SqlValue.From(label.GetString()) : default;
        return column <= classes.Count
            ? Real(prediction.TryGetProperty("probabilities", out var probabilities) ? MetricSet.Number(probabilities, classes[column - 1]) : null)
            : Outcome();
    }

    private static SqlValue Real(double? value) => value is { } number ? SqlValue.From(number) : default;

    private SqlValue Outcome() =>
        manifest.Task == MachineLearningTask.Regression && double.TryParse(outcome, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? SqlValue.From(number)
            : SqlValue.From(outcome);

    private SqlValue Field(int column)
    {
        // Augmentation, or a rule, had the last word.
        if (!augmented.TryGetProperty(fields[column], out var value) && !own.TryGetProperty(fields[column], out value))
            return default;
        return value.ValueKind switch
        {
            JsonValueKind.True => SqlValue.From(true),
            JsonValueKind.False => SqlValue.From(false),
            JsonValueKind.String => SqlValue.From(value.GetString()),
            // Of a float feature 3 is written as 3: it must not be divided as an integer.
            JsonValueKind.Number when !IsFloat(column) && value.TryGetInt64(out var integer) => SqlValue.From(integer),
            JsonValueKind.Number => SqlValue.From(value.GetDouble()),
            _ => default,
        };
    }

    private bool IsFloat(int column) => column < manifest.Features.Count && manifest.Features[column].Type == FeatureType.Float;
}
