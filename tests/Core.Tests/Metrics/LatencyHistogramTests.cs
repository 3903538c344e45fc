using FsCheck;
using FsCheck.Fluent;
using Progeny.Core.Metrics;

namespace Progeny.Core.Tests.Metrics;

public sealed class LatencyHistogramTests
{
    private static readonly Arbitrary<int[]> Latencies = Arb.From(
        Gen.Frequency((3, Gen.Choose(0, 200)), (6, Gen.Choose(0, 3_000_000)), (1, Gen.Choose(int.MaxValue - 1_000, int.MaxValue)))
            .ArrayOf());

    [Fact]
    public void Quantile_of_any_latencies_is_within_one_percent_of_the_true_one() => Prop.ForAll(Latencies, values =>
    {
        if (values.Length == 0)
            return;
        var sorted = values.Order().ToArray();
        foreach (var q in (double[])[0, 0.1, 0.5, 0.9, 0.99, 1])
        {
            var truth = sorted[(int)Math.Clamp(Math.Ceiling(q * sorted.Length), 1, sorted.Length) - 1];
            var figure = Of(values).Quantile(q)!.Value;
            Math.Abs(figure - truth)
                .ShouldBeLessThanOrEqualTo(0.01 * truth, $"the {q}-quantile of {values.Length} latencies is {truth}, not {figure}");
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_in_any_order_gives_the_histogram_that_saw_all() => Prop.ForAll(Latencies, Latencies, (a, b) =>
    {
        var all = Of([.. a, .. b]).Encode();
        Merged(Of(a), Of(b)).Encode().ShouldBe(all);
        Merged(Of(b), Of(a)).Encode().ShouldBe(all);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decoding_gives_what_was_encoded() => Prop.ForAll(Latencies, values =>
    {
        var read = LatencyHistogram.Decode(Of(values).Encode());
        read.Count.ShouldBe(values.Length);
        read.Sum.ShouldBe(values.Sum(value => (long)value));
        read.Mean.ShouldBe(values.Length == 0 ? null : values.Average(value => (double)value));
        read.Quantile(0.5).ShouldBe(Of(values).Quantile(0.5));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_a_histogram_or_refused() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        try
        {
            LatencyHistogram.Decode([1, .. bytes]).Count.ShouldBeGreaterThanOrEqualTo(0);
        }
        catch (FormatException exception)
        {
            exception.Message.ShouldNotBeEmpty();
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Buckets_cover_all_durations_without_gap_or_overlap()
    {
        for (var bucket = 0; bucket < LatencyHistogram.BucketCount; bucket++)
        {
            LatencyHistogram.BucketOf((int)LatencyHistogram.LowerBound(bucket)).ShouldBe(bucket);
            LatencyHistogram.BucketOf((int)(LatencyHistogram.LowerBound(bucket + 1) - 1)).ShouldBe(bucket);
        }

        LatencyHistogram.LowerBound(LatencyHistogram.BucketCount).ShouldBe(int.MaxValue + 1L);
        LatencyHistogram.BucketOf(-5).ShouldBe(0);
    }

    [Fact]
    public void Counts_below_a_power_of_two_are_exact() => Prop.ForAll(Latencies, values =>
    {
        foreach (var bound in ServingTotal.Bounds)
            Of(values).CountBelow(bound).ShouldBe(values.Count(value => value < bound));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_has_no_quantile_and_no_mean()
    {
        var histogram = new LatencyHistogram();
        histogram.Quantile(0.5).ShouldBeNull();
        histogram.Mean.ShouldBeNull();
        LatencyHistogram.Decode(histogram.Encode()).Count.ShouldBe(0);
    }

    [Fact]
    public void Ten_seconds_of_usual_traffic_take_less_than_a_kilobyte()
    {
        var random = new Random(1);
        var histogram = new LatencyHistogram();
        for (var i = 0; i < 200_000; i++)
            histogram.Record(
                (int)(800
                    * Math.Exp(0.4 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))));
        histogram.Encode().Length.ShouldBeLessThan(1_024);
    }

    private static LatencyHistogram Of(IEnumerable<int> values)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values)
            histogram.Record(value);
        return histogram;
    }

    private static LatencyHistogram Merged(LatencyHistogram first, LatencyHistogram second)
    {
        var merged = new LatencyHistogram();
        merged.Merge(first);
        merged.Merge(second.Encode());
        return merged;
    }
}
