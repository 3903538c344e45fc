using System.Globalization;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;
using Progeny.Core.Metrics;
using Progeny.Core.Serving;

namespace Progeny.Core.Training;

/// <summary>Runs a model over rows that it was not trained on, as serving would, and measures its predictions.</summary>
public static class Evaluator
{
    /// <param name="model">The model, which has been accepted.</param>
    /// <param name="manifest">Its project.</param>
    /// <param name="data">The <c>data.csv</c> of the rows.</param>
    /// <param name="seen">Shown the predictions, batch by batch; may be null.</param>
    /// <exception cref="TrainingFailedException">In stage evaluation: the model failed, or its answers cannot be measured.</exception>
    public static async Task<EvaluationReport> EvaluateAsync(
        ModelRunner model, Manifest manifest, string data, Action<Prediction>? seen, CancellationToken cancellationToken)
    {
        var classes = manifest.Label!.Classes;
        var scores = new List<double>();
        var truth = new List<double>();
        try
        {
            await foreach (var (prediction, labels) in ModelRows.PredictAsync(model, manifest, data, long.MaxValue, cancellationToken))
            {
                foreach (var score in prediction.Scores.Span)
                    scores.Add(score);
                foreach (var label in labels)
                    truth.Add(classes.Count == 0 ? double.Parse(label, CultureInfo.InvariantCulture) : IndexOf(classes, label));
                seen?.Invoke(prediction);
            }

            return EvaluationReport.Of(classes.Count == 0
                ? PredictionSet.OfValues([.. truth], [.. scores])
                : PredictionSet.OfClasses(
                    classes, [.. truth.Select(index => (int)index)], [.. scores.Select(Probability)], (float)manifest.Serving.Threshold));
        }
        catch (Exception exception) when (exception is ModelException or ArgumentException)
        {
            throw new TrainingFailedException(TrainingStage.Evaluation, exception.Message, inner: exception);
        }
    }

    /// <summary>What single precision adds to 1 or takes from 0 is no error of the model.</summary>
    private static double Probability(double score) =>
        score is >= -ModelAcceptance.Tolerance and <= 1 + ModelAcceptance.Tolerance ? Math.Clamp(score, 0, 1) : score;

    private static int IndexOf(IReadOnlyList<string> classes, string label)
    {
        for (var i = 0; i < classes.Count; i++)
        {
            if (classes[i] == label)
                return i;
        }

        return -1;
    }
}
