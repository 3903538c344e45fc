using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>From figures of one class to the figure of a task.</summary>
internal static class PerClass
{
    /// <summary>
    /// Of a binary task, the positive class' quotient; of more classes, the macro average: the plain mean over those that occur.
    /// </summary>
    /// <remarks>In the average a class with a denominator of zero counts as 0, as in scikit-learn.</remarks>
    public static double? Average(PredictionSet predictions, Func<ConfusionMatrix, int, (double Numerator, double Denominator)> quotient)
    {
        var confusion = predictions.Confusion;
        if (predictions.Task is MachineLearningTask.Binary)
        {
            var (numerator, denominator) = quotient(confusion, 1);
            return denominator == 0 ? null : numerator / denominator;
        }

        var (sum, occurring) = (0.0, 0);
        for (var @class = 0; @class < predictions.Classes.Count; @class++)
        {
            if (confusion.Actual(@class) + confusion.Predicted(@class) == 0)
                continue;
            var (numerator, denominator) = quotient(confusion, @class);
            sum += denominator == 0 ? 0 : numerator / denominator;
            occurring++;
        }

        return sum / occurring;
    }

    /// <summary>
    /// Of a binary task, the figure of the positive class' probabilities; of more classes, the plain mean of each class against the
    /// rest, over the classes of which there is a figure.
    /// </summary>
    public static double? OneAgainstRest(PredictionSet predictions, Func<double[], bool[], double?> rank)
    {
        if (predictions.Task is MachineLearningTask.Binary)
            return Of(1);
        var figures = Enumerable.Range(0, predictions.Classes.Count).Select(Of).OfType<double>().ToList();
        return figures.Count == 0 ? null : figures.Average();

        double? Of(int @class)
        {
            var scores = new double[predictions.Count];
            var positives = new bool[predictions.Count];
            for (var row = 0; row < scores.Length; row++)
            {
                scores[row] = predictions.Row(row)[@class];
                positives[row] = predictions.TruthClasses[row] == @class;
            }

            Array.Sort(scores, positives);
            return rank(scores, positives);
        }
    }
}
