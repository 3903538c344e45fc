using Progeny.Abstractions.Metrics;
using Progeny.Core.Drift;
using static Progeny.Storage.Tests.Metrics.Summaries;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>The newest rows of a generation by their number.</summary>
public abstract class RecentRowsTests : PerfdbTests
{
    protected RecentRowsTests() => Clock.Advance(TimeSpan.FromHours(3));

    [ContractFact]
    public async Task Newest_rows_come_however_many_lie_in_one_moment()
    {
        (await Metrics.ReadRecentAsync(First, 100, default)).ShouldBeNull();
        for (var i = 0; i < 30; i++)
            await Metrics.StoreAllAsync(Rows(50, value: i, Noon));
        var all = await Metrics.ReadRecentAsync(First, 10_000, default);
        (all!.Until, all.Rows).ShouldBe((1_500, 1_500));
        var newest = await Metrics.ReadRecentAsync(First, 200, default);
        (newest!.Until, newest.Rows).ShouldBe((1_500, 200));
        newest.Distributions.Features["x"].Numbers.Buckets.Min(bucket => bucket.Lower).ShouldBeGreaterThanOrEqualTo(25);

        // The rows of another generation, and a summary that comes again, are not among them.
        var again = Rows(1_000, value: 99, Noon);
        await Metrics.StoreAllAsync(again, again, again with { Source = Guid.NewGuid(), Generation = First with { Generation = 2 } });
        newest = await Metrics.ReadRecentAsync(First, 200, default);
        (newest!.Until, newest.Rows).ShouldBe((2_500, 1_000));
    }

    [ContractFact]
    public async Task No_more_blocks_are_kept_than_may_be_asked_for_and_longer_windows_come_from_those_of_time()
    {
        for (var i = 0; i < 70; i++)
            await Metrics.StoreAllAsync(Rows(1_000, value: i, Noon.AddMinutes(i)));
        (await Metrics.ReadRecentAsync(First, RecentLimit, default))!.Rows.ShouldBe(RecentLimit);
        (await Metrics.ReadRecentAsync(First, 60_000, default))!.Rows.ShouldBe(60_000);
        (await Metrics.ReadRecentAsync(First, 1_000_000, default))!.Rows.ShouldBeGreaterThanOrEqualTo(60_000);
    }

    private const int RecentLimit = 50_000;

    private static GenerationSummary Rows(int count, double value, DateTimeOffset at)
    {
        var rows = new Distributions();
        for (var i = 0; i < count; i++)
            rows.Feature("x").Record(value);
        return Create(First, Create(at, null, 1).Windows[0] with { Distributions = rows.Encode() });
    }
}
