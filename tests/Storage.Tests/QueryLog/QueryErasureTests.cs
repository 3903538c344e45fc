using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Feedback;
using Progeny.Storage.QueryLog;
using Progeny.Storage.Tests.Metrics;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>What every database does when an entity is erased.</summary>
public abstract class QueryErasureTests : IDisposable
{
    private static readonly ErasureNote Note = new(Noon.AddDays(1), "key:privacy");

    private readonly LogHome home;
    private readonly IQueryLog log;
    private readonly OutcomeStore outcomes;
    private readonly List<string> removing = [];

    protected QueryErasureTests(LogHome home)
    {
        this.home = home;
        log = home.Log();
        Marks = new ErasureMarks(home.Store, new AuditSeal(ITestPerfdb.Secret));
        outcomes = new OutcomeStore(home.Store, Marks);
    }

    private protected LogHome Home => home;

    private protected ErasureMarks Marks { get; }

    private protected abstract IQueryErasure Erasure { get; }

    public virtual void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Records_of_the_entity_are_gone_and_those_of_others_keep_their_places()
    {
        await FillAsync();
        var before = await log.ListAsync("flights", null, null, null, 1_000, default);

        var part = await EraseAsync("mallory");

        (part.Records, part.Next).ShouldBe((3, null));
        var after = await log.ListAsync("flights", null, null, null, 1_000, default);
        after.Select(query => (query.Sequence, query.Record.QueryId))
            .ShouldBe(before.Where(query => query.Record.Entity != "mallory").Select(query => (query.Sequence, query.Record.QueryId)));
        foreach (var id in (string[])["m1", "m2", "m3"])
            (await log.FindAsync("flights", id, default)).ShouldBeNull();
        (await log.FindAsync("flights", "a2", default))!.Record.Entity.ShouldBe("alice");
        (await log.FindAsync("other", "o1", default))!.Record.Entity.ShouldBe("mallory"); // of another project
        removing.Distinct().Order().ShouldBe(["m1", "m2", "m3"]);
    }

    [ContractFact]
    public async Task Erased_query_is_known_as_such_and_outcomes_for_it_are_not_stored()
    {
        await FillAsync();
        await outcomes.ReportAsync(
            "flights", [new("m1", "late", null, Noon), new("a1", "late", null, Noon), new("m2", "late", null, Noon)], default);

        (await EraseAsync("mallory")).Outcomes.ShouldBe(2);

        (await Erasure.FindAsync("flights", "m2", default)).ShouldBe(Note);
        (await Erasure.FindAsync("flights", "a1", default)).ShouldBeNull();
        (await Erasure.FindAsync("other", "m2", default)).ShouldBeNull();
        (await outcomes.ReportAsync(
            "flights", [new("m1", "on time", null, Noon.AddHours(1)), new("a2", "late", null, Noon)], default)).ShouldBe(
                new OutcomeReceipt(1, 0, 0, 0) { Erased = 1 });
        (await outcomes.HasReportAsync("flights", "m1", default)).ShouldBeFalse();
        (await log.FindAsync("flights", "a1", default))!.Outcomes.Count.ShouldBe(1);
        (await outcomes.ListAsync(0, 100, default)).Select(entry => entry.QueryId).ShouldBe(["a1", "a2"]);
    }

    [ContractFact]
    public async Task Outcomes_by_key_about_the_entity_are_gone_and_later_ones_are_left_out()
    {
        await FillAsync();
        var keyed = new KeyedOutcomes(home.Store, TimeProvider.System, Marks);
        KeyedOutcome[] came = [new("mallory", Noon.AddHours(1), "late", null, Noon), new("alice", Noon.AddHours(1), "late", null, Noon)];
        await keyed.AddAsync("flights", came, default);

        await EraseAsync("mallory");
        await keyed.AddAsync("flights", came, default);

        (await home.QueryAsync<string>("SELECT key FROM keyed")).ShouldBe(["alice"]);
    }

    [ContractFact]
    public async Task Log_goes_on_behind_what_was_erased_and_is_found_after_a_restart()
    {
        await log.AppendAsync(Many(3, "m").Select(record => record with { Entity = "mallory" }), default);
        var last = (await log.ListAsync("flights", null, null, null, 1, default))[0].Sequence;

        (await EraseAsync("mallory")).Records.ShouldBe(3);
        home.Reopen();
        var next = home.Log();
        await next.AppendAsync([Create("later") with { Entity = "alice" }], default);

        (await next.FindAsync("flights", "later", default))!.Sequence.ShouldBe(last + 1);
        (await next.FindAsync("flights", "m1", default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Erasure_that_is_made_again_removes_nothing_and_keeps_the_first_note()
    {
        await FillAsync();
        await EraseAsync("mallory");

        var again = await Erasure.EraseAsync(
            "flights", "mallory", 0, new ErasureNote(Noon.AddDays(9), "another"), (_, _) => Task.CompletedTask, default);

        (again.Records, again.Outcomes).ShouldBe((0, 0));
        (await Erasure.FindAsync("flights", "m1", default)).ShouldBe(Note);
        await Erasure.CompactAsync(default);
    }

    private protected Task<ErasedPart> EraseAsync(string entity) => Erasure.EraseAsync(
        "flights",
        entity,
        0,
        Note,
        (ids, _) =>
        {
            removing.AddRange(ids);
            return Task.CompletedTask;
        },
        default);

    private protected async Task FillAsync()
    {
        await log.AppendAsync([Of("a1", "alice"), Of("m1", "mallory"), Of("a2", "alice"), Of("m2", "mallory")], default);
        await log.AppendAsync([Create("o1", "other") with { Entity = "mallory" }], default);
        await log.AppendAsync([Of("m3", "mallory"), Of("b1", "bob")], default);
    }

    private static QueryRecord Of(string id, string entity) => Create(id) with { Entity = entity };
}
