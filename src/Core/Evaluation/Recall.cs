namespace Progeny.Core.Evaluation;

/// <summary>
/// Of the rows of a class, the share predicted to be of it: TP / (TP + FN). Binary: of the positive class, null where it never occurs.
/// More classes: the macro average.
/// </summary>
/// <remarks>C. J. van Rijsbergen, "Information Retrieval", 2nd edition, 1979, chapter 7.</remarks>
public sealed class Recall() : ClassificationMetric("recall")
{
    protected override double? Score(PredictionSet predictions) =>
        PerClass.Average(predictions, (confusion, @class) => (confusion.Hits(@class), confusion.Actual(@class)));
}
