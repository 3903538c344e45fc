namespace Progeny.Core.Evaluation;

/// <summary>
/// The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). Binary: of the positive class, null where it neither occurs nor
/// was predicted. More classes: the macro average of the classes' own figures.
/// </summary>
/// <remarks>C. J. van Rijsbergen, "Information Retrieval", 2nd edition, 1979, chapter 7 (E with alpha 1/2).</remarks>
public sealed class F1() : ClassificationMetric("f1")
{
    protected override double? Score(PredictionSet predictions) => PerClass.Average(
        predictions, (confusion, @class) => (2 * confusion.Hits(@class), confusion.Predicted(@class) + confusion.Actual(@class)));
}
