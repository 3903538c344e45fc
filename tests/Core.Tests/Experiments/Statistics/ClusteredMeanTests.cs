using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Tests.Experiments.Statistics;

public sealed class ClusteredMeanTests
{
    [Fact]
    public void Interval_of_single_values_is_that_of_students_t()
    {
        var mean = new ClusteredMean(1_024);
        for (var i = 0; i < 12; i++)
            mean.Add((ulong)i, i);

        mean.Mean.ShouldBe(5.5);
        // Twelve values 0 … 11: a standard error of √(13 / 12), and t of 11 degrees of freedom is 2.2010.
        var interval = mean.IntervalAt(0.05).ShouldNotBeNull();
        interval.Low.ShouldBe(5.5 - (2.2009851600916 * Math.Sqrt(13.0 / 12)), 1e-6);
        interval.High.ShouldBe(5.5 + (2.2009851600916 * Math.Sqrt(13.0 / 12)), 1e-6);
    }

    [Fact]
    public void Values_that_only_repeat_their_entity_do_not_make_the_interval_narrower()
    {
        var (once, often) = (new ClusteredMean(1_024), new ClusteredMean(1_024));
        for (var entity = 0; entity < 20; entity++)
        {
            once.Add((ulong)entity, entity % 7);
            for (var i = 0; i < 100; i++)
                often.Add((ulong)entity, entity % 7);
        }

        var (wide, same) = (once.IntervalAt(0.05)!.Value, often.IntervalAt(0.05)!.Value);
        same.Low.ShouldBe(wide.Low, 1e-9);
        same.High.ShouldBe(wide.High, 1e-9);
    }

    [Fact]
    public void Few_entities_have_no_interval()
    {
        var mean = new ClusteredMean(1_024);
        for (var i = 0; i < 1_000; i++)
            mean.Add((ulong)(i % 9), i);

        mean.Clusters.ShouldBe(9);
        mean.IntervalAt(0.05).ShouldBeNull();
    }

    [Fact]
    public void Interval_of_entities_that_differ_holds_the_mean_as_often_as_it_says()
    {
        var random = new Random(20_261_130);
        var held = 0;
        const int runs = 1_000;
        for (var run = 0; run < runs; run++)
        {
            var mean = new ClusteredMean(4_096);
            for (var entity = 0; entity < 40; entity++)
            {
                // Most of the difference is between entities, and some have many more values than others.
                var own = random.NextDouble() - 0.5;
                for (var i = 0; i < 1 + (entity % 4 * 5); i++)
                    mean.Add((ulong)entity * 31, own + (0.2 * (random.NextDouble() - 0.5)));
            }

            var interval = mean.IntervalAt(0.05)!.Value;
            held += interval is { Low: <= 0, High: >= 0 } ? 1 : 0;
        }

        held.ShouldBeInRange((int)(0.92 * runs), (int)(0.98 * runs));
    }
}
