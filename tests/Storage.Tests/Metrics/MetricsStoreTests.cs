using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;
using static Progeny.Storage.Tests.Metrics.Summaries;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>What a perfdb's windows promise.</summary>
public abstract class MetricsStoreTests : PerfdbTests
{
    private static readonly GenerationReference Second = First with { Generation = 2 };

    protected MetricsStoreTests() => Clock.Advance(TimeSpan.FromMinutes(1));

    [ContractFact]
    public async Task Summary_when_stored_again_counts_once()
    {
        var summary = Create(Noon, null, 100, 2_000);
        var other = Create(Noon, null, 300);
        await Metrics.StoreAllAsync(summary, summary);
        await Metrics.StoreAllAsync(other, summary);
        await ReopenAsync();
        await Metrics.StoreAllAsync(summary);

        (await Metrics.ReadCursorsAsync(summary.Source, default)).ShouldBe([new(First, 1)]);
        (await Metrics.ReadCursorsAsync(Guid.NewGuid(), default)).ShouldBeEmpty();
        foreach (var resolution in MetricsResolution.All)
        {
            var point =
                (await Metrics.ReadAsync(
                    new MetricsQuery("flights", Noon, Noon.AddHours(1), resolution.Step, ByGeneration: false),
                    default)).ShouldHaveSingleItem();
            point.Start.ShouldBe(Noon);
            (point.Counts.Requests, point.Counts.Rows, point.Counts.Errors, point.Counts.Latency.Sum).ShouldBe((3, 6, 1, 2_400));
            (point.Counts.AugmentMicroseconds, point.Counts.QueueMicroseconds, point.Counts.PredictMicroseconds).ShouldBe((2, 4, 6));
            point.Loss.ShouldBeNull();
        }
    }

    [ContractFact]
    public async Task Summary_counts_only_where_it_begins_at_the_cursor_of_its_source_and_generation()
    {
        var first = Create(Noon, null, 100) with { Through = 7 };
        var second = Create(Noon, null, 100) with { Source = first.Source, After = 7, Through = 9 };
        (await Metrics.StoreAsync(second, default)).ShouldBe(0);
        (await Metrics.StoreAsync(first, default)).ShouldBe(7);
        (await Metrics.StoreAsync(second with { Generation = Second }, default)).ShouldBe(0);
        (await Metrics.StoreAsync(second with { After = 5 }, default)).ShouldBe(7);
        (await Metrics.StoreAsync(second, default)).ShouldBe(9);
        (await Metrics.StoreAsync(first, default)).ShouldBe(9);
        (await Read(TimeSpan.FromHours(1), byGeneration: false)).Single().Counts.Requests.ShouldBe(2);
    }

    [ContractFact]
    public async Task Cursors_of_silo_runs_go_with_their_age_and_those_of_logs_stay()
    {
        var log = Create(Noon, null, 100);
        var run = Create(Noon, null, 100) with { IsLogged = false };
        await Metrics.StoreAllAsync(log, run);
        Clock.Advance(TimeSpan.FromDays(40));
        await Metrics.StoreAllAsync(Create(Clock.Now, null, 1));
        (await Metrics.ReadCursorsAsync(run.Source, default)).ShouldBeEmpty();
        (await Metrics.StoreAsync(log, default)).ShouldBe(1);
    }

    [ContractFact]
    public async Task Windows_add_up_to_any_step_by_generation_and_by_project()
    {
        for (var i = 0; i < 12; i++)
            await Metrics.StoreAllAsync(
                Create(Noon.AddSeconds(10 * i), i % 3 == 0 ? Second : First, 100 + i),
                Create(Noon.AddSeconds(10 * i), First with { Project = "others" }, 1));

        var project = await Read(TimeSpan.FromSeconds(30), byGeneration: false);
        project.Select(point => (point.Start, point.Counts.Requests))
            .ShouldBe(Enumerable.Range(0, 4).Select(i => (Noon.AddSeconds(30 * i), 3L)));
        project[1].Counts.Latency.Sum.ShouldBe(103 + 104 + 105);
        var generations = await Read(TimeSpan.FromMinutes(1), byGeneration: true);
        generations.Select(point => (point.Generation, point.Start, point.Counts.Requests)).ShouldBe(
            [(First, Noon, 4), (First, Noon.AddMinutes(1), 4), (Second, Noon, 2), (Second, Noon.AddMinutes(1), 2)]);
        (await Read(TimeSpan.FromHours(1), byGeneration: false)).Single().Counts.Requests.ShouldBe(12);

        // From lies within a window, which is then part of the answer; to does not reach the next.
        var part = await Metrics.ReadAsync(
            new MetricsQuery("flights", Noon.AddSeconds(15), Noon.AddSeconds(30), TimeSpan.FromSeconds(10), false), default);
        part.Select(point => point.Start).ShouldBe([Noon.AddSeconds(10), Noon.AddSeconds(20)]);
    }

    [ContractFact]
    public async Task Windows_are_gone_when_their_time_is_over_and_coarser_ones_stay()
    {
        await Metrics.StoreAllAsync(Create(Noon, null, 100));
        await Later(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(2));
        (await Read(TimeSpan.FromSeconds(10), false)).ShouldBeEmpty();
        (await Read(TimeSpan.FromMinutes(1), false)).Count.ShouldBe(1);
        await Later(TimeSpan.FromDays(7));
        (await Read(TimeSpan.FromMinutes(1), false)).ShouldBeEmpty();
        (await Read(TimeSpan.FromHours(1), false)).Count.ShouldBe(1);
        (await Metrics.ReadDistributionsAsync(First, Noon, Noon.AddHours(1), default)).Features["distance"].Numbers.Count.ShouldBe(1);
        await Later(TimeSpan.FromDays(731));
        (await Read(TimeSpan.FromHours(1), false)).ShouldBeEmpty();
        (await Metrics.ReadDistributionsAsync(First, Noon, Noon.AddHours(1), default)).IsEmpty.ShouldBeTrue();

        async Task Later(TimeSpan by)
        {
            Clock.Advance(by);
            await Metrics.StoreAllAsync(Create(Clock.Now, First with { Project = "others" }, 1));
        }
    }

    [ContractFact]
    public async Task Summary_that_comes_late_counts_where_its_window_is_kept()
    {
        Clock.Now = Noon.AddDays(2);
        await Metrics.StoreAllAsync(Create(Noon, null, 100));
        (await Read(TimeSpan.FromSeconds(10), false)).ShouldBeEmpty();
        (await Read(TimeSpan.FromMinutes(1), false)).Single().Counts.Requests.ShouldBe(1);
    }

    [ContractFact]
    public async Task Distributions_of_a_generation_are_merged_over_the_time_asked_for()
    {
        await Metrics.StoreAllAsync(
            Create(Noon, null, 1, 2), Create(Noon.AddSeconds(10), null, 1, 2, 3), Create(Noon.AddMinutes(1), null, 1));
        var minute = await Metrics.ReadDistributionsAsync(First, Noon, Noon.AddMinutes(1), default);
        minute.Features["distance"].Numbers.Buckets.Select(bucket => (bucket.Lower, bucket.Count)).ShouldBe([(2, 1), (3, 1)]);
        (await Metrics.ReadDistributionsAsync(First, Noon, Noon.AddMinutes(2), default)).Features["distance"].Rows.ShouldBe(3);
        (await Metrics.ReadDistributionsAsync(Second, Noon, Noon.AddMinutes(2), default)).IsEmpty.ShouldBeTrue();
    }

    [ContractFact]
    public async Task Step_that_windows_do_not_add_up_to_is_refused() =>
        (await Should.ThrowAsync<ArgumentException>(() => Read(TimeSpan.FromSeconds(15), false))).Message.ShouldContain("multiple of 10 s");

    private Task<IReadOnlyList<MetricsPoint>> Read(TimeSpan step, bool byGeneration) =>
        Metrics.ReadAsync(new MetricsQuery("flights", Noon, Noon.AddHours(1), step, byGeneration), default);
}
