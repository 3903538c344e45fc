namespace Progeny.Core.Evaluation;

/// <summary>
/// The area under the precision-recall curve as average precision, the sum of (Rₙ - Rₙ₋₁) Pₙ over the distinct probabilities from the
/// greatest down, without interpolation. More classes: the mean of each against the rest. Null where the class does not occur.
/// </summary>
/// <remarks>K. Boyd, K. H. Eng and C. D. Page, "Area under the precision-recall curve", ECML PKDD 2013 (average precision).</remarks>
public sealed class PrAuc() : ClassificationMetric("prAuc")
{
    protected override double? Score(PredictionSet predictions) => PerClass.OneAgainstRest(predictions, Area);

    /// <param name="scores">Ascending, so that the curve is walked from the end.</param>
    /// <param name="positives">Which rows are of the class.</param>
    private static double? Area(double[] scores, bool[] positives)
    {
        var total = positives.Count(positive => positive);
        if (total == 0)
            return null;
        var (area, hits) = (0.0, 0);
        for (var from = scores.Length - 1; from >= 0;)
        {
            var hitsBefore = hits;
            var to = from;
            for (; to >= 0 && scores[to] == scores[from]; to--)
                hits += positives[to] ? 1 : 0;
            area += (double)(hits - hitsBefore) / total * hits / (scores.Length - 1 - to);
            from = to;
        }

        // Rounding may lead a little beyond the range.
        return Math.Min(area, 1);
    }
}
