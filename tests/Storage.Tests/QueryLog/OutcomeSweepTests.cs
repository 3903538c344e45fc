using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>How long every database keeps outcomes.</summary>
public abstract class OutcomeSweepTests(LogHome home) : IDisposable
{
    private readonly IQueryLog log = home.Log(new FixedTime(Noon.AddDays(10)));
    private readonly OutcomeStore outcomes = new(home.Store);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Upkeep_removes_outcomes_with_their_records_and_keeps_the_others()
    {
        await log.AppendAsync(Many(3_000), default, TimeSpan.FromDays(7));
        await log.AppendAsync([Create("young") with { At = Noon.AddDays(9) }], default, TimeSpan.FromDays(7));
        await log.AppendAsync([Create("other", "other")], default, TimeSpan.FromDays(90));
        await outcomes.ReportAsync(
            "flights",
            [
                new("young", "late", null, Noon),
                .. Enumerable.Range(0, 3_000).Select(i => new ReportedOutcome($"q{i}", "late", null, Noon.AddDays(1))),
            ],
            default);
        await outcomes.ReportAsync("other", [new("other", "late", null, Noon.AddDays(1))], default);
        await outcomes.ReportAsync("flights", [new("waits", "late", null, Noon.AddDays(9))], default);
        await outcomes.ReportAsync("flights", [new("newest", "late", null, Noon.AddDays(1))], default);

        while (log.Upkeep())
            continue;

        (await outcomes.ListAsync(0, 10_000, default)).Select(entry => entry.QueryId).ShouldBe(["young", "other", "waits", "newest"]);
        var before = (await outcomes.ListAsync(0, 10_000, default))[^1].Offset;
        await outcomes.ReportAsync("flights", [new("next", "late", null, Noon.AddDays(10))], default);
        (await outcomes.ListAsync(before, 10, default)).Single().QueryId.ShouldBe("next");
    }
}
