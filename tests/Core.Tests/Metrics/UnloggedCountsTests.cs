using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Metrics;

public sealed class UnloggedCountsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly GenerationReference Flights = new("flights", "1.0.0", 1);

    private readonly ServingMeters meters = new();
    private readonly UnloggedCounts counts;

    public UnloggedCountsTests()
    {
        counts = new UnloggedCounts(meters);
        meters.For(Flights with { Generation = 2 }, isLogged: true).Record(new QueryLatency(1, 2, 3, 4), 1, failed: false);
    }

    [Fact]
    public void Requests_that_are_not_logged_are_in_one_summary_and_logged_ones_in_none()
    {
        Record(rows: 5, failed: true);
        var summary = counts.Close(Noon.AddSeconds(17)).ShouldHaveSingleItem();
        (summary.Generation, summary.IsLogged, summary.After, summary.Through).ShouldBe((Flights, false, 0, 1));
        var window = summary.Windows.ShouldHaveSingleItem();
        (window.Start, window.Rows, window.Errors).ShouldBe((Noon.AddSeconds(10), 5, 1));
        (window.AugmentMicroseconds, window.QueueMicroseconds, window.PredictMicroseconds).ShouldBe((1, 2, 3));
        LatencyHistogram.Decode(window.Latency.Span).Sum.ShouldBe(400);
        counts.Settle(summary, 1);
        counts.Close(Noon).ShouldBeEmpty();
    }

    [Fact]
    public void Counts_wait_in_the_meter_while_a_summary_is_not_confirmed()
    {
        Record(rows: 1);
        var summary = counts.Close(Noon).Single();
        Record(rows: 2);
        counts.Close(Noon.AddSeconds(10)).ShouldBe([summary]);
        counts.Settle(summary, 1);
        var next = counts.Close(Noon.AddSeconds(20)).Single();
        (next.Source, next.After, next.Through, next.Windows[0].Rows).ShouldBe((summary.Source, 1, 2, 2));
    }

    [Fact]
    public void Summary_begins_at_the_cursor_when_the_perfdb_has_forgotten_it()
    {
        Record(rows: 1);
        counts.Settle(counts.Close(Noon).Single(), 1);
        Record(rows: 2);
        counts.Settle(counts.Close(Noon).Single(), 0);
        var moved = counts.Close(Noon).Single();
        (moved.After, moved.Through, moved.Windows[0].Rows).ShouldBe((0, 1, 2));
    }

    private void Record(int rows, bool failed = false) =>
        meters.For(Flights, isLogged: false).Record(new QueryLatency(1, 2, 3, 400), rows, failed);
}
