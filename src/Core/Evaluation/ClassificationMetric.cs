using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>A metric of predicted classes or of their probabilities.</summary>
public abstract class ClassificationMetric(string name, bool greaterIsBetter = true) : IMetric
{
    public string Name => name;

    public bool GreaterIsBetter => greaterIsBetter;

    public bool AppliesTo(MachineLearningTask task) => task is MachineLearningTask.Binary or MachineLearningTask.Multiclass;

    public double? Compute(PredictionSet predictions)
    {
        if (!AppliesTo(predictions.Task))
            throw new ArgumentException(
                $"The metric '{Name}' is for classification; these are predictions of a regression.", nameof(predictions));
        return predictions.Count > 0 && Score(predictions) is { } figure && double.IsFinite(figure) ? figure : null;
    }

    /// <summary>The figure of at least one prediction.</summary>
    protected abstract double? Score(PredictionSet predictions);
}
