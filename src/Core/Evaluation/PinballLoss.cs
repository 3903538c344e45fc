using System.Globalization;

namespace Progeny.Core.Evaluation;

/// <summary>
/// The loss of a predicted quantile: the mean of α (y - ŷ) where the truth is above the prediction, and (1 - α) (ŷ - y) where it is
/// below. Named for α in percent: <c>pinball90</c>.
/// </summary>
/// <param name="alpha">The quantile, above 0 and below 1.</param>
/// <remarks>R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.</remarks>
public sealed class PinballLoss(double alpha) : RegressionMetric(NameOf(alpha))
{
    /// <summary>The quantile.</summary>
    public double Alpha => alpha;

    protected override double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var row = 0; row < truth.Length; row++)
        {
            var above = truth[row] - values[row];
            sum += above >= 0 ? alpha * above : (alpha - 1) * above;
        }

        return sum / truth.Length;
    }

    private static string NameOf(double alpha)
    {
        if (alpha is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A quantile is above 0 and below 1.");
        var percent = ((decimal)alpha * 100).ToString("0.####", CultureInfo.InvariantCulture);
        return "pinball" + percent.Replace('.', '_');
    }
}
