using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class SelectionTests
{
    private const int Ids = 1_000_000;

    [Theory]
    [InlineData("customer-{0}")]
    [InlineData("{0}")]
    [InlineData("0198f3c2-7000-7000-8000-{0:x12}")]
    public void Shares_are_even_over_a_million_ids(string format)
    {
        var arms = Plans.Arms(("a", 50), ("b", 33), ("c", 16), ("d", 1));
        var counts = new long[arms.Length];
        foreach (var arm in Choices(Plans.Selection(arms), format, Ids))
            counts[arm]++;
        var chiSquare = arms.Select((arm, i) => (counts[i], Expected: arm.Weight / 100 * Ids))
            .Sum(arm => (arm.Item1 - arm.Expected) * (arm.Item1 - arm.Expected) / arm.Expected);
        chiSquare.ShouldBeLessThan(16.27); // 3 degrees of freedom, p = 0.001
    }

    [Fact]
    public void Shares_of_two_projects_say_nothing_of_each_other()
    {
        var arms = Plans.Arms(("a", 1), ("b", 1));
        var buckets = Buckets.Divide([], arms);
        var both = Choices(new Selection("one", arms, buckets), "customer-{0}", 100_000)
            .Zip(Choices(new Selection("two", arms, buckets), "customer-{0}", 100_000))
            .CountBy(pair => pair)
            .ToDictionary();
        both.Values.Sum(count => (count - 25_000d) * (count - 25_000d) / 25_000d).ShouldBeLessThan(16.27);
    }

    [Fact]
    public void Entity_meets_the_same_arm_however_arms_are_listed()
    {
        var arms = Plans.Arms(("a", 5), ("b", 3), ("c", 2));
        ImmutableArray<RolloutArm> turned = [arms[2], arms[0], arms[1]];
        var names = Choices(Plans.Selection(arms), "customer-{0}", 10_000).Select(arm => arms[arm].Name);
        Choices(Plans.Selection(turned), "customer-{0}", 10_000).Select(arm => turned[arm].Name).ShouldBe(names);
    }

    [Theory]
    [InlineData(40d, 30d, 30d, 0.1)]
    [InlineData(20d, 50d, 30d, 0.3)]
    [InlineData(50d, 30d, 0d, 0.2)]
    [InlineData(1d, 1d, 98d, 0.78)]
    public void Only_the_moved_share_meets_another_arm(double a, double b, double c, double share)
    {
        var before = Plans.Arms(("a", 50), ("b", 30), ("c", 20));
        var after = Plans.Arms(("a", a), ("b", b), ("c", c));
        var ranges = Buckets.Divide([], before);
        var changed = Choices(new Selection(Plans.Project, before, ranges), "customer-{0}", Ids)
            .Zip(Choices(Plans.Selection(after, ranges), "customer-{0}", Ids))
            .Count(pair => pair.First != pair.Second);
        (changed / (double)Ids).ShouldBe(share, 0.001);
    }

    [Fact]
    public void Single_arm_has_every_key()
    {
        var selection = Plans.Selection(Plans.Arms(("champion", 1), ("canary", 0)));
        selection.IsSingle.ShouldBeTrue();
        Choices(selection, "{0}", 100).ShouldAllBe(arm => arm == 0);
    }

    [Fact]
    public void Long_key_is_hashed_as_its_bytes()
    {
        var selection = Plans.Selection(Plans.Arms(("a", 1), ("b", 1)));
        for (var i = 0; i < 100; i++)
        {
            var key = new string('ø', 900) + i.ToString(CultureInfo.InvariantCulture);
            selection.Choose(key).ShouldBe(selection.Choose(Encoding.UTF8.GetBytes(key)));
        }
    }

    private static IEnumerable<int> Choices(Selection selection, string format, int count) =>
        Enumerable.Range(0, count).Select(id => selection.Choose(string.Format(CultureInfo.InvariantCulture, format, id)));
}
