using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Storage.Metrics;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Metrics;
using static Progeny.Storage.Tests.Metrics.Summaries;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Serving;

/// <summary>A clock that is wrong for a while must not cost what cannot be had again.</summary>
public sealed class ClockLeapTests : IDisposable
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    private readonly TemporaryFolder folder = new();
    private readonly Clock clock = new(Noon.AddHours(1));
    private QueryDatabase database;
    private SqliteQueryLog log;

    public ClockLeapTests() => Open();

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Log_when_the_clock_leaps_ahead_and_back_keeps_all_and_goes_on_removing_what_is_old()
    {
        log.Append(Batches([Create("old")], Kept));
        Upkeep();
        clock.Now += Year;
        for (var i = 0; i < 40; i++)
            log.Append(Batches([Create($"wrong{i}") with { At = clock.Now }], Kept));
        Upkeep();
        clock.Advance(TimeSpan.FromHours(23));
        Upkeep();
        (await Has("old")).ShouldBeTrue();

        clock.Now -= Year;
        log.Append(Batches([Create("right") with { At = clock.Now }], Kept));
        clock.Advance(TimeSpan.FromHours(30));
        Upkeep();
        (await Has("old"), await Has("right"), await Has("wrong7")).ShouldBe((false, true, true));
        clock.Advance(Kept);
        Upkeep();
        (await Has("right"), await Has("wrong7")).ShouldBe((false, true));
    }

    [Fact]
    public async Task Log_when_the_clock_stays_ahead_follows_it_after_a_day()
    {
        log.Append(Batches([Create("old")], Kept));
        Upkeep();
        clock.Now += Year;
        Upkeep();
        clock.Advance(TimeSpan.FromHours(25));
        Upkeep();
        (await Has("old")).ShouldBeFalse();
    }

    [Fact]
    public async Task Log_when_the_node_stops_during_a_leap_remembers_it()
    {
        log.Append(Batches([Create("old")], Kept));
        Upkeep();
        clock.Now += Year;
        Upkeep();
        Reopen();
        clock.Now += TimeSpan.FromHours(3);
        Upkeep();
        clock.Advance(TimeSpan.FromHours(20));
        Upkeep();
        (await Has("old")).ShouldBeTrue();
        clock.Advance(TimeSpan.FromHours(5));
        Upkeep();
        (await Has("old")).ShouldBeFalse();
    }

    [Fact]
    public async Task Log_when_the_node_starts_with_a_clock_far_ahead_waits_for_a_day()
    {
        log.Append(Batches([Create("old")], Kept));
        Upkeep();
        Reopen();
        clock.Now += Year;
        Upkeep();
        (await Has("old")).ShouldBeTrue();
        clock.Advance(TimeSpan.FromHours(25));
        Upkeep();
        (await Has("old")).ShouldBeFalse();
    }

    [Fact]
    public async Task Log_when_the_node_was_stopped_for_a_night_removes_at_once()
    {
        log.Append(Batches([Create("old")], TimeSpan.FromHours(2)));
        Upkeep();
        Reopen();
        clock.Now += TimeSpan.FromHours(14);
        Upkeep();
        (await Has("old")).ShouldBeFalse();
    }

    [Fact]
    public async Task Time_series_when_the_clock_leaps_ahead_and_back_lose_nothing_and_count_late_outcomes()
    {
        using var perfdb = new MetricsDatabase(folder["metrics.db"], clock);
        var (metrics, scores) = (new SqliteMetricsStore(perfdb, clock), new SqliteScoreStore(perfdb));
        await metrics.StoreAllAsync(Create(Noon, null, 100, 200));

        clock.Now += Year;
        clock.Advance(TimeSpan.FromMinutes(2));
        await metrics.StoreAllAsync(Create(clock.Now, null, 1));
        await scores.ApplyAsync(new ScoreBatch(0, 1, [Score(0.5)], [], []), default);
        clock.Now -= Year;
        clock.Advance(TimeSpan.FromMinutes(2));
        await metrics.StoreAllAsync(Create(clock.Now, First with { Project = "others" }, 1));
        await scores.ApplyAsync(new ScoreBatch(1, 2, [Score(2)], [], []), default);

        foreach (var resolution in MetricsResolution.All)
        {
            var point = (await metrics.ReadAsync(new MetricsQuery("flights", Noon, Noon.AddHours(1), resolution.Step, ByGeneration: true), default)).ShouldHaveSingleItem();
            (point.Counts.Requests, point.Outcomes, point.Loss).ShouldBe((2, 1, 2.0));
        }

        static OutcomeScore Score(double loss) => new("flights", First, "q", Noon.AddSeconds(3), new Dictionary<string, double> { [MetricsPoint.LossName] = loss });
    }

    [Fact]
    public async Task Time_series_when_the_clock_is_put_back_are_removed_as_they_grow_old_by_it()
    {
        using var perfdb = new MetricsDatabase(folder["metrics.db"], clock);
        var metrics = new SqliteMetricsStore(perfdb, clock);
        await metrics.StoreAllAsync(Create(Noon.AddDays(-40), null, 100));
        clock.Now -= TimeSpan.FromDays(30);
        await metrics.StoreAllAsync(Create(clock.Now.AddHours(-20), null, 100));
        (await Points()).ShouldBe(1);
        clock.Advance(TimeSpan.FromHours(5));
        await metrics.StoreAllAsync(Create(clock.Now, null, 100));
        (await Points()).ShouldBe(1);

        async Task<int> Points() =>
            (await metrics.ReadAsync(new MetricsQuery("flights", Noon.AddDays(-60), Noon, TimeSpan.FromSeconds(10), ByGeneration: true), default)).Count;
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(database), nameof(log))]
    private void Open()
    {
        database = new QueryDatabase(folder["queries.db"]);
        log = new SqliteQueryLog(database, clock);
    }

    private void Reopen()
    {
        database.Dispose();
        Open();
    }

    private void Upkeep()
    {
        while (log.Upkeep())
            continue;
    }

    private async Task<bool> Has(string queryId) => await log.FindAsync("flights", queryId, default) is not null;
}
