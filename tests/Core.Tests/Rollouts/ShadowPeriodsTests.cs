using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class ShadowPeriodsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(101, -60)]
    [InlineData(5_000, 0)]
    [InlineData(5_000, 100_000)]
    public void Shadow_that_answers_still_has_every_query_behind_its_place_whatever_the_clock_says(long sequence, int minutes)
    {
        var periods = ShadowPeriods.Follow([], Plan(Noon, "next"), 100);
        ShadowPeriods.Of(periods, sequence, Noon.AddMinutes(minutes)).ShouldBe(["next"]);
        ShadowPeriods.Of(periods, 100, Noon.AddMinutes(minutes)).ShouldBeEmpty();
    }

    [Fact]
    public void Shadow_that_has_ended_has_the_queries_between_its_places_and_those_that_were_under_way()
    {
        var periods = ShadowPeriods.Follow(ShadowPeriods.Follow([], Plan(Noon, "next"), 100), Plan(Noon.AddHours(-1)), 200);
        ShadowPeriods.Of(periods, 150, Noon.AddHours(-3)).ShouldBe(["next"]);
        ShadowPeriods.Of(periods, 210, Noon.AddHours(-1).AddSeconds(2)).ShouldBe(["next"]);
        ShadowPeriods.Of(periods, 210, Noon).ShouldBeEmpty();
        ShadowPeriods.Of(periods, 50, Noon).ShouldBeEmpty();
    }

    [Fact]
    public void Time_of_a_version_that_knew_no_places_is_told_by_the_clock()
    {
        ImmutableArray<ShadowPeriod> periods = [new("old", Noon, Noon.AddHours(1)), new("open", Noon, null)];
        ShadowPeriods.Of(periods, 7, Noon.AddMinutes(5)).ShouldBe(["old", "open"]);
        ShadowPeriods.Of(periods, 7, Noon.AddHours(5)).ShouldBe(["open"]);
    }

    private static RolloutPlan Plan(DateTimeOffset at, params string[] shadows) =>
        new() { Project = "p", Version = 1, Champion = null, Shadows = [.. shadows], At = at };
}
