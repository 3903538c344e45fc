namespace Progeny.Core.Evaluation;

/// <summary>The share of rows whose class was predicted.</summary>
public sealed class Accuracy() : ClassificationMetric("accuracy")
{
    protected override double? Score(PredictionSet predictions)
    {
        var confusion = predictions.Confusion;
        var hits = Enumerable.Range(0, predictions.Classes.Count).Sum(confusion.Hits);
        return (double)hits / predictions.Count;
    }
}
