using System.Globalization;
using Progeny.Console.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Console.Metrics;

/// <summary>How good served predictions were, by the outcomes reported since.</summary>
internal static class ServedFigures
{
    /// <summary>The figures over those queries whose outcome is known; null where none is.</summary>
    public static EvaluationReport? Of(Manifest manifest, IReadOnlyList<LoggedQuery> queries)
    {
        var known = queries.Where(query => query.Outcomes.Count > 0)
            .Select(query => (Prediction: ShownPrediction.Of(query.Record.Prediction), Outcome: query.Outcomes[^1].Value));
        return manifest.Task == MachineLearningTask.Regression ? OfValues(known) : OfClasses(manifest, known);
    }

    /// <summary>The metrics that stand for all at a glance.</summary>
    public static IReadOnlyList<IMetric> Chief(MachineLearningTask task)
    {
        string[] names = task switch
        {
            MachineLearningTask.Binary => ["accuracy", "auc", "logLoss"],
            MachineLearningTask.Multiclass => ["accuracy", "balancedAccuracy", "logLoss"],
            _ => ["rmse", "mae", "r2"],
        };
        return [.. names.Select(MetricCatalogue.Find).OfType<IMetric>()];
    }

    private static EvaluationReport? OfClasses(Manifest manifest, IEnumerable<(ShownPrediction? Prediction, string Outcome)> known)
    {
        string[] classes = [.. manifest.Label?.Classes ?? []];
        List<int> truth = [];
        List<double> probabilities = [];
        foreach (var (prediction, outcome) in known)
        {
            var index = Array.IndexOf(classes, outcome);
            if (index < 0 || prediction is null
                || !prediction.Probabilities.Select(probability => probability.Class).SequenceEqual(classes))
                continue;
            truth.Add(index);
            probabilities.AddRange(prediction.Probabilities.Select(probability => Math.Clamp(probability.Share, 0, 1)));
        }

        return truth.Count == 0
            ? null
            : EvaluationReport.Of(PredictionSet.OfClasses(classes, [.. truth], [.. probabilities], manifest.Serving.Threshold));
    }

    private static EvaluationReport? OfValues(IEnumerable<(ShownPrediction? Prediction, string Outcome)> known)
    {
        List<double> truth = [];
        List<double> values = [];
        foreach (var (prediction, outcome) in known)
        {
            if (prediction?.Value is not { } value || !double.IsFinite(value)
                || !double.TryParse(outcome, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            {
                continue;
            }

            truth.Add(number);
            values.Add(value);
        }

        return truth.Count == 0 ? null : EvaluationReport.Of(PredictionSet.OfValues([.. truth], [.. values]));
    }
}
