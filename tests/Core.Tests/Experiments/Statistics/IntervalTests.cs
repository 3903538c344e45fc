using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Tests.Experiments.Statistics;

public sealed class IntervalTests
{
    [Fact]
    public void Interval_of_a_proportion_holds_it_and_is_wider_than_one_that_may_be_looked_at_once()
    {
        var (low, high) = ProportionInterval.Of(30, 100, 0.05);
        low.ShouldBeLessThan(0.3);
        high.ShouldBeGreaterThan(0.3);

        // Clopper-Pearson, for one check: 0.2124 to 0.3998.
        low.ShouldBeInRange(0.14, 0.2124);
        high.ShouldBeInRange(0.3998, 0.49);
        ProportionInterval.Of(0, 50, 0.05).Low.ShouldBe(0);
        ProportionInterval.Of(50, 50, 0.05).High.ShouldBe(1);
        ProportionInterval.Of(0, 0, 0.05).ShouldBe(new Interval(0, 1));
    }

    [Fact]
    public void Interval_of_a_proportion_solves_the_mixture_martingale()
    {
        // Robbins: at the border the Beta(½, ½) mixture is 1/α times as likely. One success of one: B(1.5, 0.5) / B(0.5, 0.5) = 1/2.
        ProportionInterval.Of(1, 1, 0.05).Low.ShouldBe(0.5 * 0.05, 1e-9);
    }

    [Fact]
    public void Interval_of_a_mean_is_that_of_the_paper()
    {
        // n = 1000, variance 1, α = 0.05: ρ² t = 8.778, half-width = √(2 (9.778 / 8.778) · ln(√9.778 / 0.05) / 1000).
        var sums = Sums(1_000, 0, 1);
        var (low, high) = MeanEvidence.Mean(sums, 0.05)!.Value;
        ((high - low) / 2).ShouldBe(0.09600, 1e-4);
        MeanEvidence.Mean(Sums(MeanEvidence.BurnIn - 1, 0, 1), 0.05).ShouldBeNull();
    }

    [Fact]
    public void Difference_and_evidence_agree_on_what_is_known()
    {
        var (first, second) = (Sums(2_000, 1, 1), Sums(2_000, 1.2, 1));
        MeanEvidence.Of(first, second).ShouldBeGreaterThan(40);
        MeanEvidence.Of(second, first).ShouldBeLessThan(0.1);
        MeanEvidence.Difference(first, second, 0.05)!.Value.Low.ShouldBeGreaterThan(0);
        MeanEvidence.Of(Sums(10, 0, 1), Sums(10, 9, 1)).ShouldBe(1);
        MeanEvidence.Of(Sums(100, 1, 0), Sums(100, 1, 0)).ShouldBe(1);
    }

    [Fact]
    public void Fixed_sample_test_needs_what_textbooks_say()
    {
        // Fleiss, Levin and Paik: 0.5 against 0.55, α = 0.05, power 0.9: 2,095 in each arm.
        FixedSampleTest.OutcomesOfEachArm(0.5, 0.55, 0.05, 0.9).ShouldBe(2_095);
        FixedSampleTest.PValue(50, 100, 65, 100).ShouldBe(0.0320, 5e-4);
    }

    [Fact]
    public void Comparison_knows_which_side_is_the_better_one()
    {
        var (few, many) = (Binary(20, 200), Binary(100, 200));
        var less = Comparison.Of(many, few, Goal.Minimize, 0.05);
        less.EvidenceBetter.ShouldBeGreaterThan(1_000);
        less.EvidenceWorse.ShouldBeLessThan(0.1);
        less.Difference!.Value.ShouldBe(-0.4, 1e-12);
        less.Interval!.Value.High.ShouldBeLessThan(0);
        var more = Comparison.Of(many, few, Goal.Maximize, 0.05);
        (more.EvidenceBetter, more.EvidenceWorse).ShouldBe((less.EvidenceWorse, less.EvidenceBetter));
    }

    [Fact]
    public void Sums_forget_what_is_taken_out_of_them()
    {
        var sums = ArmSums.None.Add(1).Add(0).Add(0.25).Add(0.25, -1);
        (sums with { Bounded = null }).ShouldBe(new ArmSums(2, 1, 1, 0));
        sums.Bounded!.Sums.ShouldBe(ArmSums.None.Add(1).Add(0).Bounded!.Sums, tolerance: 1e-12);
        sums.IsBinary.ShouldBeTrue();
        sums.Add(0.25).IsBinary.ShouldBeFalse();
        sums.Variance.ShouldBe(0.5, 1e-12);
        sums.Turn(isBinary: true).ShouldBe(new ArmSums(2, 1, 1, 0));
        ArmSums.None.Mean.ShouldBeNull();
    }

    private static ArmSums Binary(double hits, double trials) => new(trials, hits, hits, 0);

    /// <summary>Sums with a mean and an unbiased variance.</summary>
    private static ArmSums Sums(double count, double mean, double variance) =>
        new(count, count * mean, (variance * (count - 1)) + (count * mean * mean), count);
}
