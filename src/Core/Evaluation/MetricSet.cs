using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Evaluation;

/// <summary>
/// Tells how good a logged prediction was: the loss of its task (squared error of a regression, log loss of a classification) and the
/// metrics of the project's own. Safe for use by many threads at once.
/// </summary>
public sealed class MetricSet : IDisposable
{
    private readonly Manifest _manifest;
    private readonly IReadOnlyList<string> _fields;
    private readonly IReadOnlyList<string> _classes;
    private readonly IExpressionSet? _expressions;
    private readonly TimedOutExpressions _timedOut = new();

    /// <param name="expressions">The manifest's metrics, compiled; null: it has none.</param>
    internal MetricSet(Manifest manifest, IExpressionSet? expressions)
    {
        _manifest = manifest;
        _fields = [.. new QuerySchema(manifest).Fields];
        _classes = manifest.Label?.Classes ?? [];
        _expressions = expressions;
    }

    /// <summary>
    /// The figures of one prediction by name; those that have no value (NULL, no number, a failure, no such class) are left out.
    /// </summary>
    /// <returns>Null where the query got no prediction.</returns>
    public IReadOnlyDictionary<string, double>? Score(QueryRecord record, string outcome)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!record.IsAnswered)
            return null;
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        if (LossOf(record.Prediction, outcome) is { } loss)
            figures.Add(MetricsPoint.LossName, loss);
        if (_expressions is null)
            return figures;
        var row = new ScoredRow(_manifest, _fields, _classes, record, outcome);
        for (var i = 0; i < _manifest.Metrics.Count; i++)
        {
            if (Evaluate(_expressions, i, row) is { } value)
                figures.Add(_manifest.Metrics[i].Name, value);
        }

        return figures;
    }

    /// <summary>The loss of a prediction of one row; null: it has none, or the outcome is no class, or the loss is not finite.</summary>
    public double? LossOf(Prediction? prediction, string outcome) =>
        Loss(prediction, outcome) is { } loss && double.IsFinite(loss) ? loss : null;

    public void Dispose() => _expressions?.Dispose();

    private double? Evaluate(IExpressionSet expressions, int metric, ScoredRow row)
    {
        // Each has the whole time, so that one that takes long does not take the others'.
        using var session = expressions.Rent();
        try
        {
            var value = _timedOut.Evaluate(session, metric, row);
            return value.Type switch
            {
                SqlType.Integer => value.Integer,
                SqlType.Real when double.IsFinite(value.Real) => value.Real,
                _ => null,
            };
        }
        catch (ExpressionException)
        {
            return null;
        }
    }

    private double? Loss(Prediction? prediction, string outcome)
    {
        if (_manifest.Task == MachineLearningTask.Regression)
        {
            return LoggedScores.Value(prediction) is { } value
                && double.TryParse(outcome, NumberStyles.Float, CultureInfo.InvariantCulture, out var truth)
                ? (truth - value) * (truth - value)
                : null;
        }

        var index = _classes.ToList().IndexOf(outcome);
        return index >= 0 && LoggedScores.Probabilities(prediction, _classes) is { } probabilities
            ? LogLoss.Of(probabilities, index)
            : null;
    }
}
