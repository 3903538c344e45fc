using Progeny.Abstractions.Experiments;
using Progeny.Core.Experiments.Bandits;

namespace Progeny.Core.Tests.Experiments;

public sealed class BanditTests
{
    [Fact]
    public void Probability_of_being_the_best_is_that_of_the_posteriors()
    {
        // Beta(2, 1) against Beta(1, 1): P(x > y) = E[x] = 2/3.
        var two = Best(Binary(1, 1), ArmSums.None);
        two[0].ShouldBe(2 / 3d, 2e-3);
        two.Sum().ShouldBe(1, 1e-12);
        var alike = Best(Binary(30, 100), Binary(30, 100), Binary(30, 100));
        alike.ShouldAllBe(probability => Math.Abs(probability - (1 / 3d)) < 1e-6);
        Best(Binary(100, 1_000), Binary(300, 1_000))[1].ShouldBeGreaterThan(0.9999);

        // Normal means 1 and 0, both with a standard error of 1: Φ(1/√2) = 0.7602.
        Best(Sums(10_000, 1, 10_000), Sums(10_000, 0, 10_000))[0].ShouldBe(0.7602, 2e-3);
        Best(Binary(7, 9)).ShouldBe([1]);
    }

    [Fact]
    public void Probability_agrees_with_drawing()
    {
        ArmSums[] rewards = [Binary(12, 40), Binary(15, 40), Binary(4, 10)];
        var random = new Random(1);
        var drawn = new double[3];
        for (var i = 0; i < 20_000; i++)
            drawn[ThompsonSampling.Draw(rewards, random)] += 1 / 20_000d;
        var known = Best(rewards);
        for (var i = 0; i < 3; i++)
            known[i].ShouldBe(drawn[i], 0.02);
    }

    [Fact]
    public void Upper_confidence_bound_gives_all_to_one_arm_and_goes_back_to_one_that_is_hardly_known()
    {
        Shares(BanditPolicy.Ucb, Binary(500, 1_000), Binary(300, 1_000)).ShouldBe([1, 0]);
        Shares(BanditPolicy.Ucb, Binary(50_000, 100_000), Binary(5, 12)).ShouldBe([0, 1]);
        Shares(BanditPolicy.Ucb, Sums(100, 5, 1), Sums(100, 3, 1)).ShouldBe([1, 0]);
    }

    [Fact]
    public void Epsilon_is_spread_over_all_arms()
    {
        var shares = Shares(BanditPolicy.EpsilonGreedy, Binary(10, 100), Binary(60, 100));
        shares[0].ShouldBe(0.05, 1e-12);
        shares[1].ShouldBe(0.95, 1e-12);
    }

    [Theory]
    [InlineData(BanditPolicy.Thompson)]
    [InlineData(BanditPolicy.Ucb)]
    [InlineData(BanditPolicy.EpsilonGreedy)]
    public void Arm_whose_outcomes_are_not_known_yet_has_its_even_part_and_the_policy_divides_the_rest(BanditPolicy policy)
    {
        // Losses turned round: the first is the better one of those that are known.
        var shares = Shares(policy, Sums(1_000, -1, 0.1), Sums(1_000, -2, 0.1), Sums(9, -0.1, 0.1), ArmSums.None);
        shares[0].ShouldBeGreaterThan(0.45);
        shares[1].ShouldBeLessThan(0.05);
        shares[2].ShouldBe(0.25, 1e-12);
        shares[3].ShouldBe(0.25, 1e-12);
        Shares(policy, ArmSums.None, ArmSums.None).ShouldBe([0.5, 0.5]);
        Shares(policy, Binary(100, 1_000), ArmSums.None)[1].ShouldBe(0.5, 1e-12);
    }

    [Theory]
    [InlineData(BanditPolicy.Thompson)]
    [InlineData(BanditPolicy.Ucb)]
    [InlineData(BanditPolicy.EpsilonGreedy)]
    public void Arms_of_which_much_has_faded_have_been_tried_all_the_same(BanditPolicy policy)
    {
        // With a discount of 0.95 the arms count 20 together; of three, one is always below 10.
        BanditArm[] arms = [new(Binary(9, 10), 500), new(Binary(1, 6), 300), new(Binary(0.5, 4), 200)];
        BanditPolicies.Of(policy).Shares(arms, 0.1)[0].ShouldBeGreaterThan(0.9);
        // And one of which next to nothing is left must not have it all.
        var forgotten = BanditPolicies.Of(policy).Shares([new(Sums(20, 1, 1), 500), new(new ArmSums(1e-9, 1e-9, 1e-9, 1e-9), 500)], 0.1);
        forgotten[1].ShouldBeLessThanOrEqualTo(0.5 + 1e-9);
    }

    [Fact]
    public void First_rewards_that_are_all_alike_do_not_lock_an_arm_out()
    {
        // Every tenth outcome of the first is worth 10; of the other the first ten are 0, which happens to one as good in one case of
        // three.
        var (sparse, unlucky) = (Sums(1_000, 1, 9), Sums(10, 0, 0));
        Best(sparse, unlucky)[1].ShouldBeInRange(0.1, 0.3);
        Shares(BanditPolicy.Ucb, sparse, unlucky).ShouldBe([0, 1]);
        // As outcomes come it is known better.
        Best(sparse, Sums(1_000, 0, 0))[1].ShouldBeLessThan(1e-4);
        // Few outcomes say little of a mean, however alike they are: the tails are those of Student's t.
        // P(T > 3) with 9 degrees of freedom is 0.0075, of a normal distribution 0.0013.
        Best(Sums(1e9, 3, 1), Sums(10, 0, 10))[1].ShouldBe(0.0075, 5e-4);
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

    private static double[] Best(params ArmSums[] rewards) => BestProbabilities.Of([.. rewards.Select(BanditArm.Of)]);

    private static double[] Shares(BanditPolicy policy, params ArmSums[] rewards) =>
        BanditPolicies.Of(policy).Shares([.. rewards.Select(BanditArm.Of)], 0.1);

    [Fact]
    public void Outcomes_of_one_entity_count_for_what_they_tell()
    {
        // Ten outcomes of each of 20 entities, which always say the same, tell as much as 20.
        static ArmSums Of(int yes) =>
            Enumerable.Range(0, 200).Aggregate(ArmSums.None, (sums, i) => sums.Add(i % 20 < yes ? 1 : 0, 1, i % 20));
        double Best(ArmSums first, ArmSums second) => BestProbabilities.Of(BanditArm.Of([(first, 200), (second, 200)], Goal.Maximize))[1];
        Best(Of(9), Of(11)).ShouldBeInRange(0.65, 0.8);
        Best(Of(9) with { Clusters = null }, Of(11) with { Clusters = null }).ShouldBeGreaterThan(0.97);

        // Of three entities nothing is known of how alike they are: they count as three.
        static ArmSums OfThree(int yes) =>
            Enumerable.Range(0, 300).Aggregate(ArmSums.None, (sums, i) => sums.Add(i % 3 < yes ? 1 : 0, 1, i % 3));
        Best(OfThree(1), OfThree(2)).ShouldBeInRange(0.6, 0.85);
    }

    private static ArmSums Binary(double hits, double trials) => new(trials, hits, hits, 0);

    private static ArmSums Sums(double count, double mean, double variance) =>
        new(count, count * mean, (variance * (count - 1)) + (count * mean * mean), count);
}
