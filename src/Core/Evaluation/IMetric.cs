using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>One figure that says how good a set of predictions is.</summary>
public interface IMetric
{
    /// <summary>The name in reports, in the API and in the SQL of gates: <c>logLoss</c>.</summary>
    string Name { get; }

    /// <summary>Whether a greater figure is a better one; false: a smaller one is.</summary>
    bool GreaterIsBetter { get; }

    /// <summary>Whether the metric can be asked for predictions of this task.</summary>
    bool AppliesTo(MachineLearningTask task);

    /// <summary>
    /// The figure, or null where these predictions do not define one (docs/evaluation.md says when) or the figure is beyond a 64-bit float;
    /// never NaN or infinite.
    /// </summary>
    double? Compute(PredictionSet predictions);
}
