using Progeny.Core.Drift;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Tests.QueryLog;

namespace Progeny.Core.Tests.Metrics;

public sealed class QueryBatchFoldTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_logged_value_and_prediction_is_counted_once(int seed)
    {
        var random = new RandomEntries(seed);
        var served = RandomEntries.Serve(random.Manifest());
        var entries = Enumerable.Range(0, 8).Select(_ => random.Entry(served)).ToList();
        using var builder = new QueryBatchBuilder(served.Log);
        foreach (var entry in entries)
            builder.Add(entry);
        var folds = new DistributionFolds();
        foreach (var batch in builder.Take())
            new QueryBatchFold(folds).Accept(batch);
        var distributions = folds.Drain(served.Reference).ShouldNotBeNull();

        for (var i = 0; i < served.Manifest.Features.Count; i++)
        {
            var values = entries.SelectMany(entry => Enumerable.Range(0, entry.QueryIds.Length).Select(row => (Column: entry.Rows!.Features.Columns[i], Row: row))).ToList();
            var column = distributions.Features[served.Manifest.Features[i].Name];
            column.Rows.ShouldBe(values.Count);
            column.Missing.ShouldBe(values.Count(value => value.Column.IsMissing(value.Row)));
            column.Augmented.ShouldBe(values.Count(value => !value.Column.IsMissing(value.Row) && value.Column.IsAugmented(value.Row)));
        }

        var predictions = entries.Where(entry => entry.Prediction is not null).Select(entry => entry.Prediction!).ToList();
        var rows = predictions.Sum(prediction => prediction.Rows);
        if (served.Log.Layout.Classes.IsEmpty)
        {
            distributions.Predictions["value"].Rows.ShouldBe(rows);
            return;
        }

        var labels = predictions.SelectMany(prediction => prediction.Labels.ToArray()).CountBy(label => served.Log.Layout.Classes[label]);
        distributions.Predictions["label"].Categories.Categories.Select(pair => (pair.Key, pair.Value))
            .ShouldBe(labels.Select(pair => (pair.Key, (long)pair.Value)), ignoreOrder: true);
        distributions.Predictions["probability"].Rows.ShouldBe(rows);
        folds.Drain(served.Reference).ShouldBeNull();
    }
}
