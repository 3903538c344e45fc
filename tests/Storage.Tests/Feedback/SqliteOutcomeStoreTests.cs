using Progeny.Core.Feedback;
using Progeny.Storage.Feedback;
using Progeny.Storage.Serving;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

public sealed class SqliteOutcomeStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly QueryDatabase database;
    private readonly SqliteQueryLog log;
    private readonly SqliteOutcomeStore outcomes;

    public SqliteOutcomeStoreTests()
    {
        database = new QueryDatabase(folder["queries.db"]);
        log = new SqliteQueryLog(database, TimeProvider.System);
        outcomes = new SqliteOutcomeStore(database);
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Report_when_corrected_keeps_the_history_and_the_last_counts()
    {
        await log.AppendAsync([Create("a")], default);
        var first = new ReportedOutcome("a", "late", Noon.AddHours(1), Noon.AddHours(2));
        var second = new ReportedOutcome("a", "on time", null, Noon.AddHours(3));

        (await outcomes.ReportAsync("flights", [first], default)).ShouldBe(new OutcomeReceipt(1, 0, 0, 0));
        (await outcomes.ReportAsync("flights", [second], default)).ShouldBe(new OutcomeReceipt(0, 1, 0, 0));

        (await log.FindAsync("flights", "a", default))!.Outcomes.ShouldBe([first, second]);
        (await log.ListAsync("flights", null, null, null, 1, default))[0].Outcomes.ShouldBe([first, second]);
    }

    [Fact]
    public async Task Report_when_repeated_changes_nothing()
    {
        var report = new ReportedOutcome("a", "late", Noon, Noon);
        await log.AppendAsync([Create("a")], default);
        await outcomes.ReportAsync("flights", [report], default);

        var receipt = await outcomes.ReportAsync(
            "flights", [report, report with { ReportedAt = Noon.AddDays(1) }, report with { ObservedAt = null }], default);

        receipt.ShouldBe(new OutcomeReceipt(0, 0, 3, 0));
        (await log.FindAsync("flights", "a", default))!.Outcomes.ShouldBe([report]);
    }

    [Fact]
    public async Task Report_when_it_goes_back_to_an_earlier_value_is_a_correction_again()
    {
        foreach (var value in (string[])["late", "on time", "late"])
            await outcomes.ReportAsync("flights", [new("a", value, null, Noon)], default);
        await log.AppendAsync([Create("a")], default);

        (await log.FindAsync("flights", "a", default))!.Outcomes.Select(outcome => outcome.Value).ShouldBe(["late", "on time", "late"]);
    }

    [Fact]
    public async Task Report_when_the_query_comes_later_waits_for_it()
    {
        (await outcomes.ReportAsync("flights", [new("a", "late", null, Noon), new("b", "late", null, Noon)], default))
            .ShouldBe(new OutcomeReceipt(2, 0, 0, 2));

        await log.AppendAsync([Create("a")], default);

        (await log.FindAsync("flights", "a", default))!.Outcomes.Single().Value.ShouldBe("late");
        (await outcomes.ReportAsync("flights", [new("a", "on time", null, Noon), new("b", "on time", null, Noon)], default))
            .ShouldBe(new OutcomeReceipt(0, 2, 0, 1));
    }

    [Fact]
    public async Task Report_when_one_call_holds_the_same_query_more_than_once_takes_them_in_order()
    {
        var receipt = await outcomes.ReportAsync(
            "flights", [new("a", "late", null, Noon), new("a", "late", null, Noon), new("a", "on time", null, Noon)], default);

        receipt.ShouldBe(new OutcomeReceipt(1, 1, 1, 2));
    }

    [Fact]
    public async Task Report_of_one_project_says_nothing_about_another()
    {
        await log.AppendAsync([Create("a"), Create("a", "other")], default);

        (await outcomes.ReportAsync("other", [new("a", "late", null, Noon)], default)).ShouldBe(new OutcomeReceipt(1, 0, 0, 0));

        (await log.FindAsync("flights", "a", default))!.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Report_of_ten_thousand_works()
    {
        await log.AppendAsync(Many(10_000), default);

        var receipt = await outcomes.ReportAsync(
            "flights", [.. Enumerable.Range(0, 10_000).Select(i => new ReportedOutcome($"q{i}", "late", null, Noon))], default);

        receipt.ShouldBe(new OutcomeReceipt(10_000, 0, 0, 0));
    }

    [Fact]
    public async Task Report_when_empty_is_an_empty_receipt() =>
        (await outcomes.ReportAsync("flights", [], default)).ShouldBe(new OutcomeReceipt(0, 0, 0, 0));
}
