namespace Progeny.Core.Evaluation;

/// <summary>The mean of |y - ŷ|, in the unit of the label.</summary>
public sealed class MeanAbsoluteError() : RegressionMetric("mae")
{
    protected override double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var row = 0; row < truth.Length; row++)
            sum += Math.Abs(truth[row] - values[row]);
        return sum / truth.Length;
    }
}
