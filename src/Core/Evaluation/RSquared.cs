namespace Progeny.Core.Evaluation;

/// <summary>
/// The share of the label's variance that the predictions explain: 1 - Σ(y - ŷ)² / Σ(y - ȳ)². 0 is the constant mean, below 0 is worse.
/// Null where the true values are all the same.
/// </summary>
/// <remarks>N. R. Draper and H. Smith, "Applied Regression Analysis", 3rd edition, 1998, section 1.3.</remarks>
public sealed class RSquared() : RegressionMetric("r2", greaterIsBetter: true)
{
    protected override double? Score(ReadOnlySpan<double> truth, ReadOnlySpan<double> values)
    {
        if (!truth.ContainsAnyExcept(truth[0]))
            return null;
        var mean = 0.0;
        foreach (var value in truth)
            mean += value / truth.Length;
        var (residual, total) = (0.0, 0.0);
        for (var row = 0; row < truth.Length; row++)
        {
            residual += (truth[row] - values[row]) * (truth[row] - values[row]);
            total += (truth[row] - mean) * (truth[row] - mean);
        }

        return 1 - residual / total;
    }
}
