namespace Progeny.Core.Evaluation;

/// <summary>The mean of |y - ŷ| / |y|, as a fraction (0.1 is ten percent). Null where a true value is 0.</summary>
/// <remarks>R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", Int. J. of Forecasting 22, 2006.</remarks>
public sealed class MeanAbsolutePercentageError() : RegressionMetric("mape")
{
    protected override double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var row = 0; row < truth.Length; row++)
        {
            if (truth[row] == 0)
                return null;
            sum += Math.Abs((truth[row] - values[row]) / truth[row]);
        }

        return sum / truth.Length;
    }
}
