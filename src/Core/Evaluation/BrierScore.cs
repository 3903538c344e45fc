using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>
/// The mean squared distance of the probabilities from what happened. Binary: (p - y)² of the positive class, from 0 to 1. More classes:
/// the sum over the classes, from 0 to 2, as Brier defined it.
/// </summary>
/// <remarks>G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.</remarks>
public sealed class BrierScore() : ClassificationMetric("brier", greaterIsBetter: false)
{
    protected override double? Score(PredictionSet predictions)
    {
        var first = predictions.Task is MachineLearningTask.Binary ? 1 : 0;
        var sum = 0.0;
        for (var row = 0; row < predictions.Count; row++)
        {
            var probabilities = predictions.Row(row);
            for (var @class = first; @class < probabilities.Length; @class++)
            {
                var distance = probabilities[@class] - (predictions.TruthClasses[row] == @class ? 1 : 0);
                sum += distance * distance;
            }
        }

        return sum / predictions.Count;
    }
}
