namespace Progeny.Core.Evaluation;

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
            sum += Of(predictions.Row(row), predictions.TruthClasses[row]);
        return sum / predictions.Count;
    }

    /// <summary>The loss of one prediction.</summary>
    /// <param name="probabilities">One for each class.</param>
    /// <param name="truth">The index of the true class.</param>
    public static double Of(ReadOnlySpan<double> probabilities, int truth)
    {
        var total = 0.0;
        foreach (var probability in probabilities)
            total += Clip(probability);
        return -Math.Log(Clip(probabilities[truth]) / total);
    }

    private static double Clip(double probability) => Math.Clamp(probability, Least, 1 - Least);
}
