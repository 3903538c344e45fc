using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Metrics;
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
