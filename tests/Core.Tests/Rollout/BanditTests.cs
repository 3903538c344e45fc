using Progeny.Abstractions.Rollout;
using Progeny.Core.Rollout.Bandits;

namespace Progeny.Core.Tests.Rollout;

public sealed class BanditTests
{
    [Fact]
    public void Probability_of_being_the_best_is_that_of_the_posteriors()
    {
        // Beta(2, 1) against Beta(1, 1): P(x > y) = E[x] = 2/3.
        var two = BestProbabilities.Of([Binary(1, 1), ArmSums.None]);
        two[0].ShouldBe(2 / 3d, 2e-3);
        two.Sum().ShouldBe(1, 1e-12);
        var alike = BestProbabilities.Of([Binary(30, 100), Binary(30, 100), Binary(30, 100)]);
        alike.ShouldAllBe(probability => Math.Abs(probability - (1 / 3d)) < 1e-6);
        BestProbabilities.Of([Binary(100, 1_000), Binary(300, 1_000)])[1].ShouldBeGreaterThan(0.9999);

        // Normal means 1 and 0, both with a standard error of 1: Φ(1/√2) = 0.7602.
        BestProbabilities.Of([Sums(100, 1, 100), Sums(100, 0, 100)])[0].ShouldBe(0.7602, 2e-3);
        BestProbabilities.Of([Binary(7, 9)]).ShouldBe([1]);
    }

    [Fact]
    public void Probability_agrees_with_drawing()
    {
        ArmSums[] rewards = [Binary(12, 40), Binary(15, 40), Binary(4, 10)];
        var random = new Random(1);
        var drawn = new double[3];
        for (var i = 0; i < 20_000; i++)
            drawn[ThompsonSampling.Draw(rewards, random)] += 1 / 20_000d;
        var known = BestProbabilities.Of(rewards);
        for (var i = 0; i < 3; i++)
            known[i].ShouldBe(drawn[i], 0.02);
    }

    [Fact]
    public void Upper_confidence_bound_gives_all_to_one_arm_and_goes_back_to_one_that_is_hardly_known()
    {
        var policy = BanditPolicies.Of(BanditPolicy.Ucb);
        policy.Shares([Binary(500, 1_000), Binary(300, 1_000)], 0).ShouldBe([1, 0]);
        policy.Shares([Binary(50_000, 100_000), Binary(5, 12)], 0).ShouldBe([0, 1]);
        policy.Shares([Binary(5, 5), Binary(5, 1_000), ArmSums.None], 0).ShouldBe([0.5, 0, 0.5]);
        policy.Shares([Sums(100, 5, 1), Sums(100, 3, 1)], 0).ShouldBe([1, 0]);
    }

    [Fact]
    public void Epsilon_is_spread_over_all_arms()
    {
        var shares = BanditPolicies.Of(BanditPolicy.EpsilonGreedy).Shares([Binary(10, 100), Binary(60, 100)], 0.1);
        shares[0].ShouldBe(0.05, 1e-12);
        shares[1].ShouldBe(0.95, 1e-12);
    }

    [Fact]
    public void Thompson_sampling_finds_the_best_arm_at_little_cost()
    {
        double[] rates = [0.6, 0.4, 0.3];
        var random = new Random(3);
        var rewards = rates.Select(_ => ArmSums.None).ToArray();
        for (var pull = 0; pull < 3_000; pull++)
        {
            var arm = ThompsonSampling.Draw(rewards, random);
            rewards[arm] = rewards[arm].Add(random.NextDouble() < rates[arm] ? 1 : 0);
        }

        rewards[0].Count.ShouldBeGreaterThan(2_700);
    }

    private static ArmSums Binary(double hits, double trials) => new(trials, hits, hits, 0);

    private static ArmSums Sums(double count, double mean, double variance) => new(count, count * mean, (variance * (count - 1)) + (count * mean * mean), count);
}
