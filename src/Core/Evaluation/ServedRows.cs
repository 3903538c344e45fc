using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Training;

namespace Progeny.Core.Evaluation;

/// <summary>Gathers served predictions of one kind and measures them.</summary>
internal sealed class ServedRows(Manifest manifest)
{
    private readonly IReadOnlyList<string> classes = manifest.Label?.Classes ?? [];
    private readonly Dictionary<long, (long Sequence, Row? Row)> rows = [];
    private readonly Queue<(long Hash, long Sequence)> order = new();

    /// <summary>Adds a prediction with its outcome; of a query that was asked again, the last one counts.</summary>
    /// <param name="served">The predictions come in the order of the log; where there are too many, the oldest are left out.</param>
    public void Add(ServedOutcome served)
    {
        rows[served.Hash] = (served.Sequence, Read(served));
        order.Enqueue((served.Hash, served.Sequence));
        while (rows.Count > ServedSlice.MaxRows || order.Count > 2 * ServedSlice.MaxRows)
        {
            var (hash, sequence) = order.Dequeue();
            if (rows.TryGetValue(hash, out var kept) && kept.Sequence == sequence)
                rows.Remove(hash);
        }
    }

    public ServedSlice Measure()
    {
        List<Row> measured = [.. rows.Values.Select(kept => kept.Row).OfType<Row>()];
        var set = SetOf(measured);
        return new ServedSlice
        {
            Rows = measured.Count,
            Skipped = rows.Count - measured.Count,
            Loss = LossOf(set),
            Metrics = MetricsOf(set),
            Confusion = set.Task == MachineLearningTask.Regression || measured.Count == 0 ? null : set.Confusion,
            Fairness = [.. manifest.Evaluation.Groups.Select((field, i) => Compare(field, i, measured))],
        };
    }

    private FairnessReport Compare(string field, int index, List<Row> measured)
    {
        var all = measured.Where(row => row.Groups[index] is not null).GroupBy(row => row.Groups[index]!, StringComparer.Ordinal)
            .Select(group => (group.Key, Rows: group.ToList())).ToList();
        var compared = all.Where(group => group.Rows.Count >= FairnessReport.MinRows)
            .OrderByDescending(group => group.Rows.Count).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(FairnessReport.MaxGroups)
            .Select(group => FiguresOf(group.Key, group.Rows))
            .ToList();
        return new FairnessReport
        {
            Field = field,
            Parity = Spread(compared.Select(group => group.PositiveRate)),
            Opportunity = Spread(compared.Select(group => group.TruePositiveRate)),
            LossGap = Spread(compared.Select(group => group.Loss)),
            Groups = compared,
            GroupsLeftOut = all.Count - compared.Count,
            RowsLeftOut = measured.Count - compared.Sum(group => group.Rows),
        };
    }

    private GroupFigures FiguresOf(string value, List<Row> group)
    {
        var set = SetOf(group);
        double? positive = null, truePositive = null;
        if (set.Task == MachineLearningTask.Binary)
        {
            positive = (double)set.Confusion.Predicted(1) / set.Count;
            truePositive = set.Confusion.Actual(1) >= FairnessReport.MinRows
                ? (double)set.Confusion.Hits(1) / set.Confusion.Actual(1)
                : null;
        }

        return new GroupFigures(value, group.Count, positive, truePositive, LossOf(set), MetricsOf(set));
    }

    /// <summary>The greatest less the least; null of fewer than two.</summary>
    private static double? Spread(IEnumerable<double?> figures)
    {
        List<double> known = [.. figures.OfType<double>()];
        return known.Count < 2 ? null : known.Max() - known.Min();
    }

    private static Dictionary<string, double?> MetricsOf(PredictionSet set) =>
        MetricCatalogue.For(set.Task).ToDictionary(metric => metric.Name, metric => metric.Compute(set));

    private static double? LossOf(PredictionSet set)
    {
        if (set.Count == 0)
            return null;
        if (set.Task != MachineLearningTask.Regression)
            return new LogLoss().Compute(set);
        var sum = 0.0;
        for (var i = 0; i < set.Count; i++)
            sum += (set.Truth[i] - set.Values[i]) * (set.Truth[i] - set.Values[i]);
        return sum / set.Count;
    }

    private PredictionSet SetOf(List<Row> some) => manifest.Task == MachineLearningTask.Regression
        ? PredictionSet.OfValues([.. some.Select(row => row.Truth)], [.. some.Select(row => row.Scores[0])])
        : PredictionSet.OfClasses(
            classes, [.. some.Select(row => (int)row.Truth)], [.. some.SelectMany(row => row.Scores)], (float)manifest.Serving.Threshold);

    /// <summary>The row; null where it cannot be measured.</summary>
    private Row? Read(ServedOutcome served)
    {
        if (manifest.Task == MachineLearningTask.Regression)
        {
            return LoggedScores.Value(served.Prediction) is { } value
                && double.TryParse(served.Outcome, NumberStyles.Float, CultureInfo.InvariantCulture, out var truth)
                && double.IsFinite(truth)
                ? new Row(truth, [value], served.Fields)
                : null;
        }

        var @class = classes.ToList().IndexOf(served.Outcome);
        if (@class < 0 || LoggedScores.Probabilities(served.Prediction, classes) is not { } scores
            || !Array.TrueForAll(scores, IsProbability))
            return null;
        return new Row(@class, Array.ConvertAll(scores, score => (double)(float)Math.Clamp(score, 0, 1)), served.Fields);

        // What single precision adds to 1 or takes from 0 is no error of the model.
        static bool IsProbability(double score) => score is >= -ModelAcceptance.Tolerance and <= 1 + ModelAcceptance.Tolerance;
    }

    private sealed record Row(double Truth, double[] Scores, IReadOnlyList<string?> Groups);
}
