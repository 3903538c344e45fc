using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Serving;

/// <summary>What happens to every log over time: old records go.</summary>
public abstract class QueryLogUpkeepTests(LogHome home) : IDisposable
{
    private IQueryLog Log { get; set; } = home.Log();

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Upkeep_removes_what_is_older_than_its_project_keeps_it()
    {
        Log.Append(Batches(Many(70_000), TimeSpan.FromDays(1)));
        Log.Append(Batches(Many(10, "o", "other"), TimeSpan.FromDays(30)));
        var later = home.Log(new FixedTime(Noon.AddDays(2)));

        while (later.Upkeep())
            continue;

        (await Log.ListAsync("flights", null, null, null, 10, default)).ShouldBeEmpty();
        (await Log.FindAsync("flights", "q3", default)).ShouldBeNull();
        (await Log.ListAsync("other", null, null, null, 100, default)).Count.ShouldBe(10);
        home.Log(new FixedTime(Noon.AddDays(40))).Upkeep().ShouldBeFalse();
        Reopen();
        Log.Append(Batches([Create("next")], TimeSpan.FromDays(1)));
        (await Log.FindAsync("flights", "next", default))!.Sequence.ShouldBe(70_011);
    }

    [ContractFact]
    public async Task Upkeep_keeps_each_record_as_long_as_the_manifest_says_that_it_was_answered_under()
    {
        Log.Append(Batches([Create("long")], TimeSpan.FromDays(90)));
        Log.Append(Batches([Create("short", generation: 2)], TimeSpan.FromDays(2)));
        Log.Append(Batches([Create("young", generation: 2) with { At = Noon.AddDays(9) }], TimeSpan.FromDays(2)));

        home.Log(new FixedTime(Noon.AddDays(10))).Upkeep().ShouldBeFalse();

        (await Log.FindAsync("flights", "long", default)).ShouldNotBeNull();
        (await Log.FindAsync("flights", "short", default)).ShouldBeNull();
        (await Log.FindAsync("flights", "young", default)).ShouldNotBeNull();
    }

    [ContractFact]
    public async Task Upkeep_removes_nothing_of_a_project_that_has_ended()
    {
        Log.Append(Batches([Create("a"), Create("b", "other")], TimeSpan.FromDays(1)));
        var outcomes = new OutcomeStore(home.Store);
        await outcomes.ReportAsync("flights", [new("unknown", "late", null, Noon)], default);
        await outcomes.ReportAsync("other", [new("unknown", "late", null, Noon), new("newest", "late", null, Noon)], default);
        var running = new RetentionScope();
        running.Add("flights");
        running.Add("other");
        running.Remove("flights");
        var later = home.Log(new FixedTime(Noon.AddDays(2)), running);

        while (later.Upkeep())
            continue;

        (await Log.FindAsync("flights", "a", default)).ShouldNotBeNull();
        (await Log.FindAsync("other", "b", default)).ShouldBeNull();
        (await outcomes.ListAsync(0, 10, default)).Select(entry => (entry.Project, entry.QueryId))
            .ShouldBe([("flights", "unknown"), ("other", "newest")]);
    }

    [ContractFact]
    public async Task Begins_say_from_where_on_each_generation_has_records()
    {
        Log.Append(Batches([Create("a"), Create("b", generation: 2), Create("c", "other")], TimeSpan.FromDays(30)));
        Log.Append(Batches([Create("d", generation: 2) with { At = Noon.AddDays(-40) }], TimeSpan.FromDays(30)));
        (await Begins()).ShouldBe([(1, 1, Noon), (2, 2, Noon.AddDays(-40))]);
        home.Log(new FixedTime(Noon.AddDays(31))).Upkeep().ShouldBeFalse();
        (await Begins()).ShouldBe([(1, 5, null), (2, 5, null)]);

        async Task<IEnumerable<(int, long, DateTimeOffset?)>> Begins() =>
            (await Log.ReadBeginsAsync("flights", default)).Select(begin => (begin.Generation.Generation, begin.Sequence, begin.At));
    }

    private void Reopen()
    {
        home.Reopen();
        Log = home.Log();
    }
}
