namespace Progeny.Core.Evaluation;

/// <summary>
/// Of the rows predicted to be of a class, the share that are: TP / (TP + FP). Binary: of the positive class, null where it was never
/// predicted. More classes: the macro average.
/// </summary>
/// <remarks>C. J. van Rijsbergen, "Information Retrieval", 2nd edition, 1979, chapter 7.</remarks>
public sealed class Precision() : ClassificationMetric("precision")
{
    protected override double? Score(PredictionSet predictions) =>
        PerClass.Average(predictions, (confusion, @class) => (confusion.Hits(@class), confusion.Predicted(@class)));
}
