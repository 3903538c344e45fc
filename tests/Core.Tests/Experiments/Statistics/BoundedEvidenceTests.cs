using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Tests.Experiments.Statistics;

public sealed class BoundedEvidenceTests
{
    private const double Alpha = 0.05;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, -1)]
    [InlineData(1e-4, 1)]
    [InlineData(1e7, 1)]
    public void Evidence_is_found_after_a_few_values_whatever_their_unit_and_sign(double unit, int sign)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var (first, second) = (ArmSums.None, ArmSums.None);
            for (var i = 0; i < 25; i++)
            {
                first = first.Add(unit * (0.5 + random.NextDouble()) * (sign > 0 ? 1 : -20));
                second = second.Add(unit * (0.5 + random.NextDouble()) * (sign > 0 ? 20 : -1));
            }

            BoundedEvidence.Of(first, second).ShouldBeGreaterThan(100);
            BoundedEvidence.Of(second, first).ShouldBe(1);
            BoundedEvidence.IsAbove(first.Scale(4), Alpha, second.Scale(4), Alpha).ShouldBeTrue();
            BoundedEvidence.IsAbove(second.Scale(4), Alpha, first.Scale(4), Alpha).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData(false, 0.5)]
    [InlineData(true, 0.5)]
    [InlineData(false, 0.1)]
    public void Looking_after_every_outcome_seldom_finds_what_is_not_there(bool isHeavy, double share)
    {
        const int runs = 60;
        var wrong = 0;
        for (var run = 0; run < runs; run++)
        {
            var random = new Random(run);
            ArmSums[] arms = [ArmSums.None, ArmSums.None];
            for (var n = 0; n < 100; n++)
            {
                var arm = random.NextDouble() < share ? 1 : 0;
                var value = isHeavy ? Math.Pow(Math.Tan(Math.PI * (random.NextDouble() - 0.5)), 2) : -Math.Log(1 - random.NextDouble());
                arms[arm] = arms[arm].Add(value);
                if (Comparison.Of(arms[0], arms[1], Goal.Minimize, Alpha).EvidenceWorse < 1 / Alpha)
                    continue;
                wrong++;
                break;
            }
        }

        // At most 5 % of 60, which is 3 give or take 1.7.
        wrong.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public void Arms_of_the_same_queries_that_say_the_opposite_of_each_other_are_no_evidence()
    {
        // Both are right half of the time, never together: the sums part as far as sums of one mean can.
        var wrong = 0;
        for (var run = 0; run < 60; run++)
        {
            var random = new Random(run);
            var (first, second) = (ArmSums.None, ArmSums.None);
            for (var n = 0; n < 49 && wrong <= run; n++)
            {
                var is1 = random.Next(2) == 1;
                (first, second) = (first.Add(is1 ? 3 : 0.1), second.Add(is1 ? 0.1 : 3));
                if (BoundedEvidence.OfSameQueries(first, second) < 1 / Alpha)
                    continue;
                wrong++;
                break;
            }
        }

        wrong.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public void Evidence_says_nothing_where_the_mean_points_the_other_way()
    {
        // The second is a little worse nine times of ten, but never as bad as the first is once: its mean is less.
        var (first, second) = (ArmSums.None, ArmSums.None);
        for (var i = 0; i < 40; i++)
            (first, second) = (first.Add(i % 10 == 0 ? 100 : 0.01), second.Add(1));
        BoundedEvidence.Of(first, second).ShouldBe(1);
        Comparison.Of(first, second, Goal.Minimize, Alpha).EvidenceWorse.ShouldBeLessThan(1);
    }

    [Fact]
    public void Only_worse_is_found_before_means_can_be_compared()
    {
        var (good, bad) = (ArmSums.None, ArmSums.None);
        for (var i = 0; i < 30; i++)
            (good, bad) = (good.Add(0.05 + (i * 0.001)), bad.Add(3 + (i * 0.01)));
        Comparison.Of(good, bad, Goal.Minimize, Alpha).EvidenceWorse.ShouldBeGreaterThan(1_000);
        Comparison.Of(bad, good, Goal.Minimize, Alpha).EvidenceBetter.ShouldBe(1);
        Comparison.Of(bad, good, Goal.Maximize, Alpha).EvidenceWorse.ShouldBeGreaterThan(1_000);
        Comparison.OfSameQueries(good, bad, Goal.Minimize, Alpha).EvidenceWorse.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Values_of_one_cluster_count_as_one()
    {
        ArmSums Of(double value, int clusters) =>
            Enumerable.Range(0, 40).Aggregate(ArmSums.None, (sums, i) => sums.Add(value + (i * 1e-3), 1, i % clusters));
        BoundedEvidence.Of(Of(0.05, 2), Of(3, 2)).ShouldBeLessThan(1 / Alpha);
        BoundedEvidence.Of(Of(0.05, 40), Of(3, 40)).ShouldBeGreaterThan(1 / Alpha);
        BoundedEvidence.Of(Of(0.05, 20), Of(3, 20))
            .ShouldBe(
                BoundedEvidence.Of(Of(0.05, 40).Scale(0.5) with { Clusters = null }, Of(3, 40).Scale(0.5) with { Clusters = null }), 1e-6);
    }

    [Fact]
    public void Sums_forget_what_is_taken_out_of_them()
    {
        var sums = ArmSums.None.Add(0.3).Add(-5).Add(1e300).Add(-5, -1).Add(1e300, -1);
        sums.Bounded!.Sums.ShouldBe(ArmSums.None.Add(0.3).Bounded!.Sums, tolerance: 1e-12);
        ArmSums.None.Add(0.3).Bounded!.Sums[0].ShouldBe(Math.Pow(1 - Math.Exp(-0.3), 2), 1e-15);
        ArmSums.None.Add(0).Bounded!.Sums.ShouldAllBe(sum => sum == 0);
    }
}
