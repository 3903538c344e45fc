using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Training;

namespace Progeny.Core.Evaluation;

/// <summary>Measures what a model predicts for rows that it was not trained on.</summary>
public static class Evaluator
{
    /// <param name="predictions">What the model, which has been accepted, says of the rows, in their order.</param>
    /// <param name="manifest">Its project.</param>
    /// <param name="data">The <c>data.csv</c> of the rows.</param>
    /// <param name="seen">Shown the predictions, batch by batch; may be null.</param>
    /// <exception cref="TrainingFailedException">In stage evaluation: the answers cannot be measured.</exception>
    public static async Task<EvaluationReport> EvaluateAsync(
        IReadOnlyList<Prediction> predictions,
        Manifest manifest,
        string data,
        Action<Prediction>? seen,
        CancellationToken cancellationToken)
    {
        var classes = manifest.Label!.Classes;
        var scores = new List<double>();
        var truth = new List<double>();
        foreach (var prediction in predictions)
        {
            foreach (var score in prediction.Scores.Span)
                scores.Add(score);
            seen?.Invoke(prediction);
        }

        await foreach (var (_, label) in TrainingDataReader.ReadAsync(data, TrainerSchema.From(manifest), cancellationToken))
            truth.Add(classes.Count == 0 ? double.Parse(label, CultureInfo.InvariantCulture) : IndexOf(classes, label));
        try
        {
            return EvaluationReport.Of(classes.Count == 0
                ? PredictionSet.OfValues([.. truth], [.. scores])
                : PredictionSet.OfClasses(
                    classes, [.. truth.Select(index => (int)index)], [.. scores.Select(Probability)], (float)manifest.Serving.Threshold));
        }
        catch (ArgumentException exception)
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
