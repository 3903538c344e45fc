namespace Progeny.Core.Evaluation;

/// <summary>
/// The correlation of true and predicted classes, from -1 to 1; 0 is chance, and is the answer where one class alone was predicted.
/// Null where the truth is all of one class.
/// </summary>
/// <remarks>
/// B. W. Matthews, Biochimica et Biophysica Acta 405, 1975; for more classes J. Gorodkin, "Comparing two K-category assignments by a
/// K-category correlation coefficient", Computational Biology and Chemistry 28, 2004, equation 8.
/// </remarks>
public sealed class MatthewsCorrelation() : ClassificationMetric("mcc")
{
    protected override double? Score(PredictionSet predictions)
    {
        var confusion = predictions.Confusion;
        var (hits, both, actual, predicted) = (0.0, 0.0, 0.0, 0.0);
        for (var @class = 0; @class < predictions.Classes.Count; @class++)
        {
            double t = confusion.Actual(@class), p = confusion.Predicted(@class);
            hits += confusion.Hits(@class);
            both += t * p;
            actual += t * t;
            predicted += p * p;
        }

        double count = predictions.Count;
        var truthVaries = count * count - actual;
        var predictionsVary = count * count - predicted;
        if (truthVaries == 0)
            return null;
        if (predictionsVary == 0)
            return 0;
        // Rounding may lead a little beyond the range.
        return Math.Clamp((hits * count - both) / Math.Sqrt(truthVaries) / Math.Sqrt(predictionsVary), -1, 1);
    }
}
