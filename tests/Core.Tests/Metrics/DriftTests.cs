using Progeny.Abstractions.Drift;
using Progeny.Core.Drift;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Drift;

namespace Progeny.Core.Tests.Metrics;

public sealed class DriftTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Kolmogorov_Smirnov_has_the_distance_that_scipy_has_and_bounds_its_probability()
    {
        // scipy.stats.ks_2samp over four values with these counts: 0.1875.
        var (distance, probability) = TwoSampleTests.KolmogorovSmirnov([(100, 80), (200, 260), (300, 290), (400, 170)]);
        distance.ShouldBe(0.1875, 1e-12);
        probability.ShouldBe(2 * Math.Exp(-2 * 0.1875 * 0.1875 * 1_000 * 800 / 1_800), 1e-18);
        TwoSampleTests.KolmogorovSmirnov([(10, 20), (30, 60)]).ShouldBe((0, 1));
        TwoSampleTests.KolmogorovSmirnov([(0, 20)]).ShouldBe((0, 1));
    }

    [Fact]
    public void Chi_square_is_that_of_scipy()
    {
        // scipy.stats.chi2_contingency, without Yates' correction.
        var (statistic, probability) = TwoSampleTests.ChiSquare([(30, 45), (50, 40), (20, 35)]);
        statistic.ShouldBe(6.43703703703704, 1e-9);
        probability.ShouldBe(0.04001429480764793, 1e-9);
        (statistic, probability) = TwoSampleTests.ChiSquare([(100, 80), (200, 260), (300, 290), (400, 170)]);
        statistic.ShouldBe(81.81262847612766, 1e-9);
        probability.ShouldBe(1.2536549549662473e-17, 1e-25);
    }

    [Fact]
    public void Chi_square_puts_small_cells_together()
    {
        var (together, _) = TwoSampleTests.ChiSquare([(500, 480), (495, 515), (5, 5)]);
        var (apart, _) = TwoSampleTests.ChiSquare([(500, 480), (495, 515), (1, 0), (1, 1), (1, 0), (1, 3), (1, 1)]);
        apart.ShouldBe(together, 1e-12);
        TwoSampleTests.ChiSquare([(1, 1), (2, 1)]).PValue.ShouldBe(1);
    }

    [Fact]
    public void Stability_index_of_shares_by_name_is_the_formula_s()
    {
        // 0.5 → 0.4, 0.3 → 0.3, 0.2 → 0.3: (0.4-0.5) ln 0.8 + 0 + (0.3-0.2) ln 1.5 = 0.06286.
        var psi = ColumnPair.Of(Texts(("a", 50_000), ("b", 30_000), ("c", 20_000)), Texts(("a", 40_000), ("b", 30_000), ("c", 30_000))).Psi();
        psi.ShouldBe((-0.1 * Math.Log(0.8)) + (0.1 * Math.Log(1.5)), 1e-4);
    }

    [Fact]
    public void Stability_index_of_a_normal_that_moved_by_half_a_deviation_is_its_divergence()
    {
        // The symmetric divergence of two normals is the square of their distance in deviations: 0.25; ten bins see most of it.
        foreach (var mean in (double[])[0, 100, -5_000, 1e6])
        {
            var random = new Random(3);
            ColumnPair.Of(Normal(random, mean, 1, 100_000), Normal(random, mean + 0.5, 1, 100_000)).Psi().ShouldBe(0.24, 0.015, $"mean {mean}");
        }
    }

    [Fact]
    public void Distributions_of_other_resolutions_come_to_common_buckets()
    {
        var random = new Random(4);
        var (narrow, wide) = (Normal(random, 100, 1, 5_000), Normal(random, 100, 1, 5_000));
        wide.Record(1e9);
        wide.Record(-1e-9);
        var cells = ColumnPair.Of(narrow, wide).Cells;
        cells.Sum(cell => cell.Reference).ShouldBe(5_000);
        cells.Sum(cell => cell.Window).ShouldBe(5_002);
        ColumnPair.Of(wide, narrow).Cells.Select(cell => (cell.Window, cell.Reference)).ShouldBe(cells);
    }

    [Fact]
    public void Histogram_of_the_format_before_is_read_with_the_buckets_it_had()
    {
        // As it was written: 100.5 lies in [96, 104), -3 in (-3.25, -3], both of three bits.
        byte[] old = [2, 0, .. Signed(KeyOfThreeBits(-3)), 2, .. Signed(KeyOfThreeBits(100.5) - KeyOfThreeBits(-3)), 5];
        ValueHistogram.Decode(old).Buckets.ShouldBe([new ValueBucket(-3.25, -3, 2), new ValueBucket(96, 104, 5)]);
        var merged = ValueHistogram.Decode(old);
        merged.Merge(Normal(new Random(1), 100, 0.1, 10).Numbers);
        merged.Buckets.Last().ShouldBe(new ValueBucket(96, 104, 15));
    }

    [Fact]
    public void Missing_values_and_new_categories_are_drift()
    {
        var (training, window) = (new Distributions(), new Distributions());
        for (var i = 0; i < 4_000; i++)
        {
            training.Feature("size").Record(i % 100);
            training.Feature("kind").Record(i % 2 == 0 ? "a" : "b");
            training.Feature("same").Record(i % 10);
            window.Feature("same").Record(i % 10);
            window.Feature("kind").Record(i % 5 == 0 ? "new" : i % 2 == 0 ? "a" : "b");
            if (i % 4 == 0)
                window.Feature("size").RecordMissing();
            else
                window.Feature("size").Record(i % 100);
        }

        var report = DriftDetector.Evaluate(new DriftManifest(), training, window, 1, 4_000, Now);
        report.Drifted.ShouldBeTrue();
        report.Columns.Where(column => column.Drifted).Select(column => (column.Name, column.Test)).ShouldBe(
            [("kind", DriftTest.ChiSquare), ("size", DriftTest.KolmogorovSmirnov)], ignoreOrder: true);
        report.Columns[^1].Name.ShouldBe("same");
        DriftDetector.Evaluate(new DriftManifest { Features = ["same"] }, training, window, 1, 4_000, Now).Columns.ShouldHaveSingleItem().Name.ShouldBe("same");
        DriftDetector.Evaluate(new DriftManifest { Psi = 100 }, training, window, 1, 4_000, Now).Drifted.ShouldBeFalse();
    }

    /// <summary>What a column was in the training, and what it is now; NaN is missing.</summary>
    public static TheoryData<string, Func<Random, object>, Func<Random, object>> Outside => new()
    {
        { "constant that is another one", _ => 1.5, _ => 999.0 },
        { "constant that is less", _ => 1.5, _ => -1.5 },
        { "zero that is not any more", _ => 0.0, _ => 1e-9 },
        { "new integer beyond", random => (double)random.Next(2), random => 7.0 * random.Next(2) },
        { "new integer between", random => 10.0 * random.Next(2), random => 5.0 * random.Next(2) },
        { "two in a hundred beyond the greatest", random => random.NextDouble(), random => random.Next(100) < 4 ? 2 : random.NextDouble() },
        { "five in a hundred huge", random => DriftStream.Normal(random), random => random.Next(20) == 0 ? 1e300 : DriftStream.Normal(random) },
        { "always false, now true", _ => 0.0, random => (double)random.Next(2) },
        { "all missing, now numbers", _ => double.NaN, random => random.NextDouble() },
        { "all missing, now texts", _ => double.NaN, random => $"id {random.Next(5_000)}" },
        { "numbers, now all missing", random => random.NextDouble(), _ => double.NaN },
        { "texts, now all missing", _ => "a", _ => double.NaN },
        { "one category that is another one", _ => "a", _ => "b" },
        { "one category that is many", _ => "a", random => $"id {random.Next(5_000)}" },
        { "a new category beside many", random => $"c{random.Next(60)}", random => random.Next(10) == 0 ? "new" : $"c{random.Next(60)}" },
    };

    [Theory]
    [MemberData(nameof(Outside))]
    public void What_the_training_never_had_is_drift(string what, Func<Random, object> before, Func<Random, object> now)
    {
        var random = new Random(6);
        var (training, window) = (new Distributions(), new Distributions());
        for (var i = 0; i < 2_000; i++)
            Record(training.Feature(what), before(random));
        for (var i = 0; i < 1_000; i++)
            Record(window.Feature(what), now(random));
        DriftDetector.Evaluate(new DriftManifest(), training, window, 1, 1_000, Now).Drifted.ShouldBeTrue();

        static void Record(ColumnDistribution column, object value)
        {
            if (value is string text)
                column.Record(text);
            else
                column.Record((double)value);
        }
    }

    [Theory]
    [InlineData(300, 1_000)]
    [InlineData(5_000, 1_000)]
    [InlineData(200, 100)]
    public void Window_of_the_training_s_own_has_a_small_index_and_no_drift(int rows, int newest)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var (training, window) = (new Distributions(), new Distributions());
            for (var i = 0; i < rows + newest; i++)
            {
                var target = i < rows ? training : window;
                target.Feature("normal").Record(DriftStream.Normal(random));
                target.Feature("tail").Record(1 / random.NextDouble());
                target.Feature("constant").Record(i % 2 == 0 ? 0.0 : -0.0);
                target.Feature("digit").Record(random.Next(10));
                target.Feature("mostly zero").Record(random.Next(10) == 0 ? random.NextDouble() : 0);
                target.Feature("same").Record("a");
            }

            var report = DriftDetector.Evaluate(new DriftManifest { Psi = 0 }, training, window, 1, newest, Now);
            report.Drifted.ShouldBeFalse();
            report.Columns.ShouldAllBe(column => column.Psi < 40.0 / Math.Min(rows, newest));
            report.Columns.Where(column => column.Name is "constant" or "same").ShouldAllBe(column => column.Psi == 0);
        }
    }

    [Fact]
    public void Values_outside_the_range_have_the_probability_that_their_number_has_in_a_simulation()
    {
        TwoSampleTests.OutsideRange(0, 10, 10).ShouldBe(1);
        TwoSampleTests.OutsideRange(5, 10, 1).ShouldBe(1);
        // Of the six orders of two and two, in three both of the second sample are outside, in one neither is.
        TwoSampleTests.OutsideRange(2, 2, 2).ShouldBe(1d / 2, 1e-9);
        TwoSampleTests.OutsideRange(1, 2, 2).ShouldBe(5d / 6, 1e-9);
        var (random, runs, found) = (new Random(5), 20_000, 0);
        for (var run = 0; run < runs; run++)
        {
            var (least, most, outside) = (1.0, 0.0, 0);
            for (var i = 0; i < 20; i++)
            {
                var value = random.NextDouble();
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }

            for (var i = 0; i < 10; i++)
            {
                var value = random.NextDouble();
                outside += value < least || value > most ? 1 : 0;
            }

            found += outside >= 3 ? 1 : 0;
        }

        TwoSampleTests.OutsideRange(3, 10, 20).ShouldBe(found / (double)runs, 0.01);
    }

    [Fact]
    public void Levels_of_all_looks_add_up_to_the_rate()
    {
        Enumerable.Range(1, 100_000).Sum(look => 7 * DriftDetector.Level(0.01, look, 7)).ShouldBeInRange(0.00999, 0.01);
    }

    [Fact]
    public void Streams_without_drift_raise_no_alarm_and_those_with_a_shift_do_soon()
    {
        // A sample of bench/drift: the full proof is there.
        for (var seed = 0; seed < 12; seed++)
        {
            new DriftStream(seed, shift: 0).FirstAlarm(4_000).ShouldBeNull();
            new DriftStream(seed, shift: 0.5).FirstAlarm(4_000).ShouldNotBeNull().ShouldBeInRange(1_001, 3_000);
        }
    }

    private static ColumnDistribution Texts(params (string Name, int Count)[] categories)
    {
        var column = new ColumnDistribution();
        foreach (var (name, count) in categories)
        {
            for (var i = 0; i < count; i++)
                column.Record(name);
        }

        return column;
    }

    private static ColumnDistribution Normal(Random random, double mean, double deviation, int count)
    {
        var column = new ColumnDistribution();
        for (var i = 0; i < count; i++)
            column.Record(mean + (deviation * DriftStream.Normal(random)));
        return column;
    }

    private static int KeyOfThreeBits(double value)
    {
        var key = (int)(BitConverter.DoubleToInt64Bits(Math.Abs(value)) >> 49);
        return value < 0 ? ~key : key;
    }

    private static byte[] Signed(long value)
    {
        var bytes = new List<byte>();
        var folded = (ulong)(value << 1) ^ (ulong)(value >> 63);
        for (; folded >= 0x80; folded >>= 7)
            bytes.Add((byte)(folded | 0x80));
        bytes.Add((byte)folded);
        return [.. bytes];
    }
}
