using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Tests.Experiments.Statistics;

public sealed class ProportionEvidenceTests
{
    private const double Limit = 20;

    [Fact]
    public void Nothing_is_said_of_nothing()
    {
        ProportionEvidence.Of(0, 0, 5, 10).ShouldBe(1);
        ProportionEvidence.Of(5, 10, 0, 0).ShouldBe(1);
        ProportionEvidence.Of(50, 100, 50, 100).ShouldBeLessThan(1);
    }

    [Fact]
    public void Evidence_is_for_one_side_and_grows_with_the_difference_and_with_the_outcomes()
    {
        ProportionEvidence.Of(40, 200, 80, 200).ShouldBeGreaterThan(Limit);
        ProportionEvidence.Of(80, 200, 40, 200).ShouldBeLessThan(0.1);
        ProportionEvidence.Of(40, 200, 80, 200).ShouldBeGreaterThan(ProportionEvidence.Of(40, 200, 60, 200));
        ProportionEvidence.Of(400, 2_000, 600, 2_000).ShouldBeGreaterThan(ProportionEvidence.Of(40, 200, 60, 200));
    }

    [Fact]
    public void Evidence_is_the_same_seen_from_the_other_side()
    {
        // The second has more ones, or the first has more zeros: one and the same thing.
        var ones = ProportionEvidence.Of(30, 150, 20, 40);
        var zeros = ProportionEvidence.Of(20, 40, 120, 150);
        var turned = ProportionEvidence.Of(20, 40, 30, 150);
        ones.ShouldBeGreaterThan(Limit);
        turned.ShouldBeLessThan(1);
        ProportionEvidence.Of(40 - 20, 40, 150 - 30, 150).ShouldBe(zeros, 1e-9 * zeros);
    }

    [Fact]
    public void Different_numbers_of_queries_alone_are_no_evidence()
    {
        ProportionEvidence.Of(900, 9_000, 10, 100).ShouldBeLessThan(1);
        ProportionEvidence.Of(9_000, 90_000, 1_000, 10_000).ShouldBeLessThan(1);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0.1, 0.5)]
    [InlineData(0.3, 0.05)]
    public void Looking_after_every_outcome_seldom_finds_what_is_not_there(double rate, double share)
    {
        const int runs = 150;
        var wrong = 0;
        Span<int> counts = stackalloc int[4];
        for (var run = 0; run < runs; run++)
        {
            var random = new Random(run);
            counts.Clear();
            for (var n = 0; n < 200; n++)
            {
                var arm = random.NextDouble() < share ? 2 : 0;
                counts[arm] += random.NextDouble() < rate ? 1 : 0;
                counts[arm + 1]++;
                if (ProportionEvidence.Of(counts[0], counts[1], counts[2], counts[3]) < Limit)
                    continue;
                wrong++;
                break;
            }
        }

        // At most 5 % in truth; a binomial count of 150 is above 17 with a probability below 0.1 %.
        wrong.ShouldBeLessThanOrEqualTo(17);
    }

    [Fact]
    public void Rates_that_move_together_are_no_evidence_even_where_shares_stay()
    {
        var wrong = 0;
        Span<int> counts = stackalloc int[4];
        for (var run = 0; run < 200; run++)
        {
            var random = new Random(run);
            counts.Clear();
            for (var n = 0; n < 400; n++)
            {
                var rate = n < 200 ? 0.1 : 0.8;
                var arm = random.NextDouble() < 0.3 ? 2 : 0;
                counts[arm] += random.NextDouble() < rate ? 1 : 0;
                counts[arm + 1]++;
            }

            wrong += ProportionEvidence.Of(counts[0], counts[1], counts[2], counts[3]) >= Limit ? 1 : 0;
        }

        wrong.ShouldBeLessThanOrEqualTo(10);
    }
}
