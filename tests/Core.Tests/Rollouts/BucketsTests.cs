using System.Collections.Immutable;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class BucketsTests
{
    [Theory]
    [InlineData(1d, 0d, 0d, 1_000_000, 0, 0)]
    [InlineData(1d, 1d, 1d, 333_334, 333_333, 333_333)]
    [InlineData(0.5, 0.25, 0.25, 500_000, 250_000, 250_000)]
    [InlineData(99d, 1d, 0d, 990_000, 10_000, 0)]
    [InlineData(1e308, 1e308, 0d, 500_000, 500_000, 0)]
    [InlineData(5e-324, 0d, 5e-324, 500_000, 0, 500_000)]
    [InlineData(1d, 1e-9, 0d, 1_000_000, 0, 0)]
    public void Each_arm_has_its_share(double a, double b, double c, int bucketsOfA, int bucketsOfB, int bucketsOfC)
    {
        var ranges = Buckets.Divide([], Plans.Arms(("a", a), ("b", b), ("c", c)));
        (Count(ranges, "a"), Count(ranges, "b"), Count(ranges, "c")).ShouldBe((bucketsOfA, bucketsOfB, bucketsOfC));
    }

    [Fact]
    public void Order_of_the_arms_says_nothing()
    {
        var before = Buckets.Divide([], Plans.Arms(("a", 3), ("b", 2), ("c", 1)));
        Buckets.Divide([], Plans.Arms(("c", 1), ("a", 3), ("b", 2))).ShouldBe(before);
        Buckets.Divide(before, Plans.Arms(("b", 2), ("c", 1), ("a", 3))).ShouldBe(before);
        Buckets.Divide(before, Plans.Arms(("c", 5), ("a", 3), ("b", 9)))
            .ShouldBe(Buckets.Divide(before, Plans.Arms(("a", 3), ("b", 9), ("c", 5))));
    }

    [Fact]
    public void Canary_that_is_taken_back_leaves_everything_as_it_was()
    {
        var before = Buckets.Divide([], Plans.Arms(("champion", 95), ("canary", 5)));
        var grown = Buckets.Divide(before, Plans.Arms(("champion", 60), ("canary", 40)));
        Buckets.Divide(grown, Plans.Arms(("champion", 95), ("canary", 5))).ShouldBe(before);
        grown.Length.ShouldBe(2);
    }

    /// <summary>What the many small changes of a bandit do: none moves a bucket in vain, and the ranges stay few.</summary>
    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 20)]
    [InlineData(8, 150)]
    [InlineData(32, 1_500)]
    public void No_change_of_weights_moves_more_than_it_must(int arms, int maxRanges)
    {
        var random = new Random(arms);
        var weights = Enumerable.Range(0, arms).ToDictionary(arm => $"arm-{arm}", _ => 1d);
        var before = Buckets.Divide([], Plans.Arms([.. weights.Select(arm => (arm.Key, arm.Value))]));
        for (var change = 0; change < 500; change++)
        {
            foreach (var arm in weights.Keys)
                weights[arm] = random.Next(20) == 0 ? 0 : Math.Max(0.01, weights[arm]) * Math.Exp(random.NextDouble() - 0.5);
            if (random.Next(10) == 0)
                weights[$"arm-{random.Next(arms)}"] = 5;
            if (weights.Values.All(weight => weight == 0))
                continue;
            var after = Buckets.Divide(before, Plans.Arms([.. weights.Select(arm => (arm.Key, arm.Value))]));
            after.Sum(range => range.Length).ShouldBe(BucketRange.Count);
            after.Zip(after.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From && pair.First.Arm != pair.Second.Arm);
            var must = weights.Keys.Sum(arm => Math.Max(0, Count(after, arm) - Count(before, arm)));
            Moved(before, after).ShouldBe(must);
            after.Length.ShouldBeLessThan(maxRanges);
            before = after;
        }
    }

    [Fact]
    public void Arm_that_goes_and_one_that_comes_move_their_own_shares_only()
    {
        var before = Buckets.Divide([], Plans.Arms(("a", 50), ("b", 30), ("c", 20)));
        var without = Buckets.Divide(before, Plans.Arms(("a", 50), ("c", 20)));
        Moved(before, without).ShouldBe(300_000);
        var with = Buckets.Divide(without, Plans.Arms(("a", 50), ("c", 20), ("d", 10)));
        Moved(without, with).ShouldBe(125_000);
    }

    private static int Count(ImmutableArray<BucketRange> ranges, string arm) =>
        ranges.Where(range => range.Arm == arm).Sum(range => range.Length);

    private static int Moved(ImmutableArray<BucketRange> before, ImmutableArray<BucketRange> after)
    {
        var moved = 0;
        foreach (var a in before)
        {
            foreach (var b in after)
            {
                if (a.Arm != b.Arm)
                    moved += Math.Max(0, Math.Min(a.To, b.To) - Math.Max(a.From, b.From));
            }
        }

        return moved;
    }
}
