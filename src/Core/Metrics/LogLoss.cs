namespace Progeny.Core.Metrics;

/// <summary>
/// The mean of -ln of the probability given to the true class (natural logarithm): the cross-entropy. Probabilities are first clipped
/// to [2⁻⁵², 1 - 2⁻⁵²] and each row is divided by its sum.
/// </summary>
/// <remarks>
/// C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, equations 4.90 and 4.108; clipping as in scikit-learn 1.2.1 for
/// double precision.
/// </remarks>
public sealed class LogLoss() : ClassificationMetric("logLoss", greaterIsBetter: false)
{
    private const double Least = 2.220446049250313e-16;

    protected override double? Score(PredictionSet predictions)
    {
        var sum = 0.0;
        for (var row = 0; row < predictions.Count; row++)
        {
            var total = 0.0;
            foreach (var probability in predictions.Row(row))
                total += Clip(probability);
            sum -= Math.Log(Clip(predictions.Row(row)[predictions.TruthClasses[row]]) / total);
        }

        return sum / predictions.Count;
    }

    private static double Clip(double probability) => Math.Clamp(probability, Least, 1 - Least);
}
