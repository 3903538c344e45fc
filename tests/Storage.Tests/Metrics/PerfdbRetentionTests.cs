using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using static Progeny.Storage.Tests.Metrics.Summaries;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>A clock that is wrong for a while must not cost what cannot be had again.</summary>
public abstract class PerfdbRetentionTests : PerfdbTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    protected PerfdbRetentionTests() => Clock.Advance(TimeSpan.FromHours(1));

    [ContractFact]
    public async Task Time_series_when_the_clock_leaps_ahead_and_back_lose_nothing_and_count_late_outcomes()
    {
        await Metrics.StoreAllAsync(Create(Noon, null, 100, 200));

        Clock.Now += Year;
        Clock.Advance(TimeSpan.FromMinutes(2));
        await Metrics.StoreAllAsync(Create(Clock.Now, null, 1));
        await Scores.ApplyAsync(new ScoreBatch(0, 1, [Score(0.5)], [], []), default);
        Clock.Now -= Year;
        Clock.Advance(TimeSpan.FromMinutes(2));
        await Metrics.StoreAllAsync(Create(Clock.Now, First with { Project = "others" }, 1));
        await Scores.ApplyAsync(new ScoreBatch(1, 2, [Score(2)], [], []), default);

        foreach (var resolution in MetricsResolution.All)
        {
            var point =
                (await Metrics.ReadAsync(
                    new MetricsQuery("flights", Noon, Noon.AddHours(1), resolution.Step, ByGeneration: true),
                    default)).ShouldHaveSingleItem();
            (point.Counts.Requests, point.Outcomes, point.Loss).ShouldBe((2, 1, 2.0));
        }

        static OutcomeScore Score(double loss) =>
            new("flights", First, "q", Noon.AddSeconds(3), new Dictionary<string, double> { [MetricsPoint.LossName] = loss });
    }

    [ContractFact]
    public async Task Time_series_when_the_clock_is_put_back_are_removed_as_they_grow_old_by_it()
    {
        await Metrics.StoreAllAsync(Create(Noon.AddDays(-40), null, 100));
        Clock.Now -= TimeSpan.FromDays(30);
        await Metrics.StoreAllAsync(Create(Clock.Now.AddHours(-20), null, 100));
        (await Points()).ShouldBe(1);
        Clock.Advance(TimeSpan.FromHours(5));
        await Metrics.StoreAllAsync(Create(Clock.Now, null, 100));
        (await Points()).ShouldBe(1);

        async Task<int> Points() =>
            (await Metrics.ReadAsync(
                new MetricsQuery("flights", Noon.AddDays(-60), Noon, TimeSpan.FromSeconds(10), ByGeneration: true), default)).Count;
    }
}
