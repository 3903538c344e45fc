using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

/// <summary>What every database says of late and missing outcomes.</summary>
public abstract class FeedbackReaderTests(LogHome home) : IDisposable
{
    private readonly IQueryLog log = home.Log();
    private readonly OutcomeStore outcomes = new(home.Store);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Report_has_the_latency_of_first_reports_the_share_of_each_age_and_what_has_no_query()
    {
        var now = Noon.AddDays(2);
        await log.AppendAsync(Many(20, "old").Select(record => record with { At = Noon.AddMinutes(-1) }), default);
        await log.AppendAsync(
            [
                .. Many(10, "new").Select(record => record with { At = now.AddMinutes(-30) }),
                Create("shadow") with { At = now.AddMinutes(-30), Reason = "shadow" },
            ], default);
        await log.AppendAsync(Many(5, "other", "other"), default);
        await outcomes.ReportAsync(
            "flights", [.. Enumerable.Range(0, 10).Select(i => new ReportedOutcome($"old{i}", "late", null, Noon.AddMinutes(i)))], default);
        await outcomes.ReportAsync(
            "flights",
            [
                new("old0", "on time", null, Noon.AddHours(9)),
                new("new3", "late", null, now.AddMinutes(-29)),
                new("nobody", "late", null, now),
            ],
            default);
        await outcomes.ReportAsync("other", [new("new4", "late", null, now)], default);

        var report = await new FeedbackReader(home.Store).ReadAsync("flights", now, default);

        report.Unmatched.ShouldBe(1);
        report.Latency.ShouldNotBeNull();
        (report.Latency.Outcomes, report.Latency.Max, report.Latency.P50).ShouldBe((11, 600, 300));
        report.Ages.Select(age => (age.Queries, age.WithOutcome)).ShouldBe([(0, 0), (10, 1), (0, 0), (20, 10), (0, 0), (0, 0)]);
    }

    [ContractFact]
    public async Task Report_of_a_project_without_queries_is_empty()
    {
        var report = await new FeedbackReader(home.Store).ReadAsync("flights", Noon, default);

        (report.Latency, report.Unmatched, report.Ages.Sum(age => age.Queries)).ShouldBe((null, 0, 0));
    }
}
