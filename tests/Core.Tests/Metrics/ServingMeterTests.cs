using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Metrics;

public sealed class ServingMeterTests
{
    private static readonly GenerationReference Flights = new("flights", "1.0.0", 1);

    [Fact]
    public void Drain_gives_what_was_recorded_and_starts_anew()
    {
        var meter = new ServingMeter(Flights, isLogged: true);
        meter.Drain().ShouldBeNull();
        meter.Record(new QueryLatency(10, 20, 30, 100), 2, failed: false);
        meter.Record(new QueryLatency(1, 2, 3, 50), 1, failed: true);
        var counts = meter.Drain()!;
        counts.Requests.ShouldBe(2);
        counts.Rows.ShouldBe(3);
        counts.Errors.ShouldBe(1);
        counts.Latency.Sum.ShouldBe(150);
        counts.Latency.Quantile(1).ShouldBe(100);
        (counts.AugmentMicroseconds, counts.QueueMicroseconds, counts.PredictMicroseconds).ShouldBe((11, 22, 33));
        meter.Drain().ShouldBeNull();
    }

    [Fact]
    public void Total_grows_whether_drained_or_not()
    {
        var meter = new ServingMeter(Flights, isLogged: true);
        meter.Record(new QueryLatency(0, 0, 0, 63), 1, failed: false);
        meter.Drain();
        meter.Record(new QueryLatency(0, 0, 0, 64), 4, failed: true);
        for (var i = 0; i < 2; i++)
        {
            var total = meter.Total();
            (total.Requests, total.Rows, total.Errors, total.LatencySum).ShouldBe((2, 5, 1, 127));
            (total.Below[0], total.Below[1], total.Below[^1]).ShouldBe((1, 2, 2));
        }
    }

    [Fact]
    public void Nothing_is_lost_or_counted_twice_when_many_record_while_it_is_drained()
    {
        const int threads = 6, each = 50_000;
        var meter = new ServingMeter(Flights, isLogged: true);
        var drained = new ServingCounts();
        using var done = new CancellationTokenSource();
        var recorders = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            for (var i = 0; i < each; i++)
                meter.Record(new QueryLatency(1, 2, 3, thread + i), 3, failed: i % 10 == 0);
        })).ToList();
        var drainer = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                if (meter.Drain() is { } counts)
                    drained.Merge(counts);
            }
        });
        recorders.ForEach(thread => thread.Start());
        drainer.Start();
        recorders.ForEach(thread => thread.Join());
        done.Cancel();
        drainer.Join();
        if (meter.Drain() is { } rest)
            drained.Merge(rest);

        drained.Requests.ShouldBe(threads * each);
        drained.Rows.ShouldBe(3 * threads * each);
        drained.Errors.ShouldBe(threads * each / 10);
        drained.Latency.Sum.ShouldBe(Enumerable.Range(0, threads).Sum(thread => Enumerable.Range(0, each).Sum(i => (long)thread + i)));
        drained.PredictMicroseconds.ShouldBe(3 * threads * each);
        meter.Total().Requests.ShouldBe(threads * each);
    }

    [Fact]
    public void Recording_allocates_nothing_once_in_use()
    {
        var meter = new ServingMeter(Flights, isLogged: true);
        var latency = new QueryLatency(1, 2, 3, 4);
        // A thread that moves to another processor meets a new stripe there: all other rounds allocate nothing.
        var rounds = Enumerable.Range(0, 100).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
                meter.Record(latency, 1, failed: false);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).ToList();
        rounds.Count(bytes => bytes > 0).ShouldBeLessThan(50);
    }

    [Fact]
    public void Registry_gives_the_same_meter_to_all()
    {
        var meters = new ServingMeters();
        meters.For(Flights, isLogged: true).ShouldBeSameAs(meters.For(new GenerationReference("flights", "1.0.0", 1), isLogged: true));
        meters.For(Flights with { Generation = 2 }, isLogged: true).ShouldNotBeSameAs(meters.For(Flights, isLogged: true));
        meters.All.Count().ShouldBe(2);
    }
}
