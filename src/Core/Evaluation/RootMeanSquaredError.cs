namespace Progeny.Core.Evaluation;

/// <summary>√(mean of (y - ŷ)²), in the unit of the label.</summary>
public sealed class RootMeanSquaredError() : RegressionMetric("rmse")
{
    protected override double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var row = 0; row < truth.Length; row++)
            sum += (truth[row] - values[row]) * (truth[row] - values[row]);
        return Math.Sqrt(sum / truth.Length);
    }
}
