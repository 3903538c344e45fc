using Progeny.Core.Metrics;

namespace Progeny.Core.Tests.Metrics;

public sealed class RecentTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly LeapingTime time = new();
    private readonly RecentTime recent;

    public RecentTimeTests() => recent = new RecentTime(time);

    [Fact]
    public void Last_day_is_one_range_while_nobody_sets_the_clock()
    {
        Pass(TimeSpan.FromHours(3));
        recent.Last(Day).ShouldBe([(Noon.AddHours(3) - Day, Noon.AddHours(3) + Moment)]);
        time.Now += TimeSpan.FromMinutes(2);
        recent.Last(Day).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public void Clock_that_leaps_leaves_the_time_before_where_it_was(int days)
    {
        Pass(TimeSpan.FromHours(3));
        recent.Last(Day);
        time.Now += TimeSpan.FromDays(days);
        Pass(TimeSpan.FromHours(4));
        var after = Noon.AddHours(3).AddDays(days);
        recent.Last(Day);
        Pass(TimeSpan.FromHours(2));
        // The leap was seen after four hours: until then the old clock is taken to have gone on.
        recent.Last(Day).ShouldBe([(after.AddHours(4), after.AddHours(6) + Moment), (Noon.AddHours(7 - 22), Noon.AddHours(7) + Moment)]);

        Pass(Day);
        recent.Last(Day).ShouldBe([(after.AddHours(6), after.AddHours(6) + Day + Moment)]);
    }

    [Fact]
    public void Clock_that_is_put_back_into_the_last_day_counts_no_time_twice()
    {
        recent.Last(Day);
        time.Now -= TimeSpan.FromHours(2);
        recent.Last(Day);
        Pass(TimeSpan.FromHours(1));
        recent.Last(Day).ShouldBe([(Noon.AddHours(-23), Noon + Moment)]);
    }

    private void Pass(TimeSpan by)
    {
        time.Now += by;
        time.Ticks += by.Ticks;
    }

    /// <summary>A clock whose time of day is set without that timestamps know of it.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Noon;

        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Ticks;
    }
}
