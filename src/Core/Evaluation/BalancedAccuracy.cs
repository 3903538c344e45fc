namespace Progeny.Core.Evaluation;

/// <summary>The mean of the recalls of the classes that occur in the truth.</summary>
/// <remarks>K. H. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010.</remarks>
public sealed class BalancedAccuracy() : ClassificationMetric("balancedAccuracy")
{
    protected override double? Score(PredictionSet predictions)
    {
        var confusion = predictions.Confusion;
        return Enumerable.Range(0, predictions.Classes.Count)
            .Where(@class => confusion.Actual(@class) > 0)
            .Average(@class => (double)confusion.Hits(@class) / confusion.Actual(@class));
    }
}
