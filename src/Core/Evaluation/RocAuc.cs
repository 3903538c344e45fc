namespace Progeny.Core.Evaluation;

/// <summary>
/// The chance that a row of the class gets a greater probability of it than a row of another class, ties counting one half: the area
/// under the ROC curve. More classes: the mean of each against the rest. Null where the truth is all of one class.
/// </summary>
/// <remarks>J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982.</remarks>
public sealed class RocAuc() : ClassificationMetric("auc")
{
    protected override double? Score(PredictionSet predictions) => PerClass.OneAgainstRest(predictions, Area);

    /// <summary>By the rank sum of the positive rows, equal scores sharing their mean rank; <paramref name="scores"/> ascend.</summary>
    private static double? Area(double[] scores, bool[] positives)
    {
        var (rankSum, count) = (0.0, 0L);
        for (var from = 0; from < scores.Length;)
        {
            var to = from;
            var positivesHere = 0;
            for (; to < scores.Length && scores[to] == scores[from]; to++)
                positivesHere += positives[to] ? 1 : 0;
            rankSum += positivesHere * ((from + 1 + to) / 2.0);
            count += positivesHere;
            from = to;
        }

        var others = scores.Length - count;
        return count == 0 || others == 0 ? null : (rankSum - count * (count + 1) / 2.0) / ((double)count * others);
    }
}
