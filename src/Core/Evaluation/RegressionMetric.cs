using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>A metric of predicted numbers.</summary>
public abstract class RegressionMetric(string name, bool greaterIsBetter = false) : IMetric
{
    public string Name => name;

    public bool GreaterIsBetter => greaterIsBetter;

    public bool AppliesTo(MachineLearningTask task) => task is MachineLearningTask.Regression;

    public double? Compute(PredictionSet predictions)
    {
        if (!AppliesTo(predictions.Task))
            throw new ArgumentException($"The metric '{Name}' is for regression; these are predictions of classes.", nameof(predictions));
        return predictions.Count > 0 && Score(predictions.Truth, predictions.Values) is { } figure && double.IsFinite(figure)
            ? figure
            : null;
    }

    /// <summary>The figure of at least one prediction.</summary>
    protected abstract double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values);
}
