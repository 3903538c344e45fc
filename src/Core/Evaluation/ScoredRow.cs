using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Evaluation;

/// <summary>A logged query, its prediction and its outcome as the row that a project's metrics are computed over.</summary>
internal sealed class ScoredRow(
    Manifest manifest, IReadOnlyList<string> fields, IReadOnlyList<string> classes, QueryRecord record, string outcome)
    : IExpressionRow
{
    public SqlValue Get(int column)
    {
        if (column < fields.Count)
            return Field(column);
        column -= fields.Count;
        if (classes.Count == 0)
            return column == 0 ? Real(LoggedScores.Value(record.Prediction)) : Outcome();
        if (column == 0)
            return LoggedScores.Label(record.Prediction) is { } label ? SqlValue.From(label) : default;
        return column <= classes.Count
            ? Real(LoggedScores.Probability(record.Prediction, classes[column - 1]))
            : Outcome();
    }

    private static SqlValue Real(double? value) => value is { } number ? SqlValue.From(number) : default;

    private SqlValue Outcome() =>
        manifest.Task == MachineLearningTask.Regression
            && double.TryParse(outcome, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? SqlValue.From(number)
            : SqlValue.From(outcome);

    private SqlValue Field(int column)
    {
        // Augmentation, or a rule, had the last word.
        object? value = null;
        if (record.Augmented?.TryGetValue(fields[column], out value) is not true)
            record.Fields?.TryGetValue(fields[column], out value);
        return value switch
        {
            bool truth => SqlValue.From(truth),
            string text => SqlValue.From(text),
            long integer => SqlValue.From(integer),
            float number => SqlValue.From(ShortestDouble.Of(number)),
            double number => SqlValue.From(number),
            _ => default,
        };
    }
}
