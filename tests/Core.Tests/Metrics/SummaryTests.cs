using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Metrics;

public sealed class SummaryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly GenerationReference First = new("flights", "1.0.0", 1);

    private readonly ServingMeters meters = new();
    private readonly DistributionFolds folds = new();

    [Fact]
    public void Everything_counted_is_in_one_summary_and_nothing_in_two()
    {
        var collector = new SummaryCollector(meters, folds);
        collector.Collect(Noon, "silo").ShouldBeEmpty();
        meters.For(First).Record(new QueryLatency(1, 2, 3, 400), 5, failed: true);
        folds.Add(First, distributions => distributions.Feature("age").Record(30));
        folds.Add(First with { Generation = 2 }, distributions => distributions.Feature("age").Record(31));

        var summaries = collector.Collect(Noon.AddSeconds(17), "silo");
        var first = summaries.Single(summary => summary.Generation == First);
        (first.WindowStart, first.Silo, first.Rows, first.Errors).ShouldBe((Noon.AddSeconds(10), "silo", 5, 1));
        (first.AugmentMicroseconds, first.QueueMicroseconds, first.PredictMicroseconds).ShouldBe((1, 2, 3));
        LatencyHistogram.Decode(first.Latency.Span).Sum.ShouldBe(400);
        Distributions.Decode(first.Distributions.Span).Features["age"].Rows.ShouldBe(1);

        // Batches of the log may come a moment after the requests were counted.
        var second = summaries.Single(summary => summary.Generation.Generation == 2);
        LatencyHistogram.Decode(second.Latency.Span).Count.ShouldBe(0);
        second.Id.ShouldNotBe(first.Id);
        collector.Collect(Noon.AddSeconds(27), "silo").ShouldBeEmpty();
    }

    [Fact]
    public void Outbox_keeps_what_is_not_confirmed()
    {
        var outbox = new SummaryOutbox();
        var summaries = Summaries(3);
        outbox.Add(summaries, Noon);
        outbox.Confirm(new HashSet<Guid> { summaries[1].Id, Guid.NewGuid() });
        outbox.All.ShouldBe([summaries[0], summaries[2]]);
        var (generation, waiting) = outbox.ByGeneration().ShouldHaveSingleItem();
        generation.ShouldBe(First);
        waiting.ShouldBe([summaries[0], summaries[2]]);
        outbox.Lost.ShouldBe(0);
    }

    [Fact]
    public void Outbox_gives_up_the_oldest_where_there_are_too_many_or_they_are_too_old_to_be_told_apart()
    {
        var outbox = new SummaryOutbox(most: 2);
        var summaries = Summaries(3);
        outbox.Add(summaries, Noon);
        outbox.All.ShouldBe(summaries.Skip(1));
        outbox.Lost.ShouldBe(1);
        outbox.Add([], Noon.AddDays(6).AddMinutes(1));
        outbox.Count.ShouldBe(0);
        outbox.Lost.ShouldBe(3);
    }

    private List<Progeny.Abstractions.Metrics.GenerationSummary> Summaries(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            meters.For(First).Record(new QueryLatency(0, 0, 0, i), 1, failed: false);
            return new SummaryCollector(meters, folds).Collect(Noon.AddSeconds(10 * i), "silo").Single();
        }),
    ];
}
