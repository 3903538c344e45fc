using FsCheck;
using FsCheck.Fluent;
using Progeny.Core.Drift;

namespace Progeny.Core.Tests.Metrics;

public sealed class DistributionTests
{
    private static readonly Arbitrary<double[]> Numbers = Arb.From(Gen.Frequency(
        (5, Gen.Choose(-10_000, 10_000).Select(number => number / 100.0)),
        (2, ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite)),
        (1, Gen.Elements(0.0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue))).ArrayOf());

    private static readonly Arbitrary<string[]> Texts = Arb.From(Gen.Choose(0, 400).Select(number => $"category {number}").ArrayOf());

    [Fact]
    public void Numbers_merged_in_any_order_give_the_histogram_that_saw_all() => Prop.ForAll(Numbers, Numbers, (a, b) =>
    {
        var all = Of([.. a, .. b]).Encode();
        foreach (var (first, second) in ((double[], double[])[])[(a, b), (b, a)])
        {
            var merged = Of(first);
            merged.Merge(ValueHistogram.Decode(Of(second).Encode()));
            merged.Encode().ShouldBe(all);
            merged.Count.ShouldBe(a.Length + b.Length);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_number_lies_in_one_bucket_of_few() => Prop.ForAll(Numbers, numbers =>
    {
        var buckets = Of(numbers).Buckets.ToList();
        buckets.Count.ShouldBeLessThanOrEqualTo(ValueHistogram.MaxBuckets);
        buckets.ShouldBe(buckets.OrderBy(bucket => bucket.Lower));
        foreach (var bucket in buckets)
        {
            numbers.Count(number => number < 0
                ? (bucket.Lower < number || bucket.Lower is double.MinValue) && number <= bucket.Upper && bucket.Upper <= 0
                : bucket.Lower <= number && (number < bucket.Upper || bucket.Upper is double.MaxValue) && bucket.Lower >= 0)
                    .ShouldBe((int)bucket.Count);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_of_a_usual_column_are_told_apart_by_an_eighth()
    {
        var random = new Random(1);
        var histogram = Of([.. Enumerable.Range(0, 10_000).Select(_ => 20 + (60 * random.NextDouble()))]);
        histogram.Buckets.ShouldAllBe(bucket => bucket.Upper / bucket.Lower <= 1.126);
    }

    [Fact]
    public void Texts_merged_in_any_order_give_the_histogram_that_saw_all() => Prop.ForAll(Texts, Texts, (a, b) =>
    {
        string[] rest = [.. Enumerable.Range(200, 300).Select(number => $"category {number}")];
        var all = Of([.. a, .. b, .. rest]).Encode();
        foreach (var parts in (string[][][])[[a, b, rest], [rest, a, b], [b, rest, a]])
        {
            var merged = new CategoryHistogram();
            foreach (var part in parts)
                merged.Merge(CategoryHistogram.Decode(Of(part).Encode()));
            merged.Encode().ShouldBe(all);
            merged.Count.ShouldBe(a.Length + b.Length + rest.Length);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counts_by_name_are_complete_however_many_categories_there_are()
    {
        var histogram = Of([.. Enumerable.Range(0, 3).SelectMany(_ => Enumerable.Range(0, 1_000).Select(number => $"{number}"))]);
        histogram.Categories.Count().ShouldBe(CategoryHistogram.MaxCategories);
        histogram.Categories.ShouldAllBe(pair => pair.Value == 3);
        histogram.Others.ShouldBe(3 * (1_000 - CategoryHistogram.MaxCategories));
    }

    [Fact]
    public void Distributions_come_back_from_their_bytes_and_merge_by_column()
    {
        var first = new Distributions();
        first.Feature("age").Record(30);
        first.Feature("age").Record(31, augmented: true);
        first.Feature("age").RecordMissing();
        first.Feature("age").Record(double.NaN);
        first.Prediction("label").Record("yes");
        var second = new Distributions();
        second.Feature("city").Record("Ostrava", augmented: true);
        second.Feature("age").Record(30);

        var merged = Distributions.Decode(first.Encode());
        merged.Merge(Distributions.Decode(second.Encode()));
        merged.Features.Keys.ShouldBe(["age", "city"]);
        var age = merged.Features["age"];
        (age.Rows, age.Missing, age.Augmented, age.Numbers.Count).ShouldBe((5, 2, 1, 3));
        merged.Features["city"].Categories.Categories.ShouldBe([new("Ostrava", 1)]);
        merged.Predictions["label"].Categories.Count.ShouldBe(1);
        Distributions.Decode(new Distributions().Encode()).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Any_bytes_are_distributions_or_refused() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        foreach (var decode in (Action[])[
            () => Distributions.Decode([1, .. bytes]), () => ValueHistogram.Decode([2, .. bytes]), () =>
                CategoryHistogram.Decode([3, .. bytes])])
        {
            try
            {
                decode();
            }
            catch (FormatException exception)
            {
                exception.Message.ShouldNotBeEmpty();
            }
        }
    }).QuickCheckThrowOnFailure();

    private static ValueHistogram Of(double[] values)
    {
        var histogram = new ValueHistogram();
        foreach (var value in values)
            histogram.Record(value);
        return histogram;
    }

    private static CategoryHistogram Of(string[] values)
    {
        var histogram = new CategoryHistogram();
        foreach (var value in values)
            histogram.Record(value);
        return histogram;
    }
}
