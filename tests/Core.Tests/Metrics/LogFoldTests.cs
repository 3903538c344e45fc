using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Tests.QueryLog;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Metrics;

/// <summary>Summaries of the query log hold each record once, wherever a run of the node ends.</summary>
public sealed class LogFoldTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly GenerationReference First = new("flights", "1.0.0", 1);
    private static readonly Guid Log = Guid.NewGuid();
    private static readonly Dictionary<GenerationReference, long> Nothing = [];

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
        var fold = new LogFold(Log, Nothing, 0);
        foreach (var batch in builder.Take())
            fold.Add(new Segment(fold.Position + 1, batch));
        var summary = fold.Close().ShouldHaveSingleItem();
        summary.Windows.Sum(window => window.Rows).ShouldBe(entries.Sum(entry => entry.QueryIds.Length));
        summary.Windows.Sum(window => window.Errors).ShouldBe(entries.Count(entry => entry.Error is not null));
        summary.Windows.Sum(window => LatencyHistogram.Decode(window.Latency.Span).Sum)
            .ShouldBe(entries.Sum(entry => (long)entry.Latency.Total));
        summary.Windows.Sum(window => LatencyHistogram.Decode(window.Latency.Span).Count).ShouldBe(entries.Count);
        var distributions = new Distributions();
        foreach (var window in summary.Windows.Where(window => !window.Distributions.IsEmpty))
            distributions.Merge(Distributions.Decode(window.Distributions.Span));

        for (var i = 0; i < served.Manifest.Features.Count; i++)
        {
            var values = entries.SelectMany(
                entry => Enumerable.Range(0, entry.QueryIds.Length).Select(row => (Column: entry.Rows!.Features.Columns[i], Row: row)))
                    .ToList();
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
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_record_is_counted_once_when_runs_end_anywhere(int seed)
    {
        var random = new Random(seed);
        var log = RandomLog(random);
        var cursors = new Dictionary<GenerationReference, long>();
        var rows = new Dictionary<GenerationReference, long>();
        for (var run = 0; run < 30; run++)
        {
            var isLast = run == 29;
            var fold = new LogFold(Log, cursors, StartOf(log, cursors), maxRecords: 20);
            for (var step = isLast ? int.MaxValue : random.Next(20); step > 0; step--)
            {
                foreach (var segment in log.Where(segment => segment.First > fold.Position).Take(random.Next(5) + (isLast ? 1 : 0)))
                    fold.Add(segment);
                foreach (var summary in fold.Close())
                {
                    // The call fails; or what it did is on disk, and its answer is lost.
                    if (!isLast && random.Next(4) == 0)
                        continue;
                    if (Count(summary, cursors, rows) == summary.Through && (isLast || random.Next(4) > 0))
                        fold.Confirm(summary);
                }

                if (isLast && fold.Position == log[^1].End - 1 && fold.Close().Count == 0)
                    break;
            }
        }

        rows.ShouldBe(
            log.GroupBy(segment => segment.Batch.Generation)
                .ToDictionary(group => group.Key, group => group.Sum(segment => (long)segment.Batch.Count)), ignoreOrder: true);
    }

    [Fact]
    public void Records_go_to_the_window_of_their_time_and_summaries_follow_each_other()
    {
        var fold = new LogFold(Log, Nothing, 0);
        fold.Add(SegmentOf(First, 1, Noon, Noon.AddSeconds(9.9), Noon.AddSeconds(10)));
        fold.Add(SegmentOf(First with { Generation = 2 }, 4, Noon));
        fold.Add(SegmentOf(First, 5, Noon.AddSeconds(10)));
        var first = fold.Close().Single(summary => summary.Generation == First);
        (first.Source, first.IsLogged, first.After, first.Through).ShouldBe((Log, true, 0, 5));
        first.Windows.Select(window => (window.Start, window.Rows)).ShouldBe([(Noon, 2), (Noon.AddSeconds(10), 2)]);
        fold.Add(SegmentOf(First, 6, Noon));
        var second = fold.Close().Last();
        (second.Generation, second.After, second.Through).ShouldBe((First, 5, 6));
        fold.Close().Count.ShouldBe(3);
    }

    [Fact]
    public void Fold_is_full_until_what_it_holds_is_confirmed()
    {
        var fold = new LogFold(Log, Nothing, 0, maxRecords: 3);
        fold.Add(SegmentOf(First, 1, Noon, Noon));
        fold.IsFull.ShouldBeFalse();
        fold.Add(SegmentOf(First, 3, Noon));
        fold.IsFull.ShouldBeTrue();
        var summary = fold.Close().ShouldHaveSingleItem();
        fold.IsFull.ShouldBeTrue();
        fold.Confirm(summary);
        fold.IsFull.ShouldBeFalse();
        fold.Close().ShouldBeEmpty();
        fold = new LogFold(Log, Nothing, 0, maxWindows: 2);
        fold.Add(SegmentOf(First, 1, Noon, Noon.AddMinutes(1)));
        fold.IsFull.ShouldBeTrue();
    }

    private static List<Segment> RandomLog(Random random)
    {
        var log = new List<Segment>();
        for (var first = 1L; log.Count < 200; first = log[^1].End + (random.Next(10) == 0 ? 7 : 0))
        {
            DateTimeOffset[] times = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Noon.AddSeconds(random.Next(60)))];
            log.Add(SegmentOf(First with { Generation = random.Next(1, 4) }, first, times));
        }

        return log;
    }

    private static long StartOf(List<Segment> log, Dictionary<GenerationReference, long> cursors) =>
        log.Find(segment => segment.First > cursors.GetValueOrDefault(segment.Batch.Generation)) is { } next
            ? next.First - 1
            : cursors.Values.Max();

    /// <summary>What the perfdb does with a summary.</summary>
    private static long Count(
        GenerationSummary summary, Dictionary<GenerationReference, long> cursors, Dictionary<GenerationReference, long> rows)
    {
        var generation = summary.Generation;
        if (cursors.GetValueOrDefault(generation) is var cursor && cursor != summary.After)
            return cursor;
        rows[generation] = rows.GetValueOrDefault(generation) + summary.Windows.Sum(window => window.Rows);
        return cursors[generation] = summary.Through;
    }

    private static Segment SegmentOf(GenerationReference generation, long first, params DateTimeOffset[] times)
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x"));
        var schema = new QuerySchema(manifest);
        var plan = new QueryLogPlan(generation, manifest, schema);
        using var builder = new QueryBatchBuilder(plan);
        for (var i = 0; i < times.Length; i++)
        {
            using var rows = schema.Rent();
            rows.Features.Add(1f);
            builder.Add(new QueryLogEntry
            {
                At = times[i],
                Plan = plan,
                Arm = "champion",
                Reason = "share",
                QueryIds = [$"{first + i}"],
                Rows = rows,
                Prediction = new Prediction { Classes = [], Scores = new[] { 1f }, Labels = default },
                Latency = new QueryLatency(1, 2, 3, 4),
            });
        }

        return new Segment(first, builder.Take().Single());
    }
}
