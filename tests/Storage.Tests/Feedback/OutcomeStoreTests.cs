using System.Diagnostics;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

/// <summary>How every database takes reports of outcomes.</summary>
public abstract class OutcomeStoreTests(LogHome home) : IDisposable
{
    private readonly IQueryLog log = home.Log();
    private readonly OutcomeStore outcomes = new(home.Store);

    public void Dispose() => home.Dispose();

    [ContractFact]
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

    [ContractFact]
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

    [ContractFact]
    public async Task Report_when_it_goes_back_to_an_earlier_value_is_a_correction_again()
    {
        foreach (var value in (string[])["late", "on time", "late"])
            await outcomes.ReportAsync("flights", [new("a", value, null, Noon)], default);
        await log.AppendAsync([Create("a")], default);

        (await log.FindAsync("flights", "a", default))!.Outcomes.Select(outcome => outcome.Value).ShouldBe(["late", "on time", "late"]);
    }

    [ContractTheory]
    [InlineData("AB")]
    [InlineData("BA")]
    [InlineData("ABAB")]
    [InlineData("BABA")]
    [InlineData("AAABBA")]
    public async Task Report_with_its_time_counts_by_it_in_whatever_order_it_comes_and_once(string order)
    {
        await log.AppendAsync([Create("a")], default);
        var reports = new Dictionary<char, ReportedOutcome>
        {
            ['A'] = new("a", "late", Noon.AddHours(10), Noon.AddDays(1)),
            ['B'] = new("a", "on time", Noon.AddHours(12), Noon.AddDays(1)),
        };

        var receipts = new OutcomeReceipt(0, 0, 0, 0);
        foreach (var one in order)
            receipts += await outcomes.ReportAsync("flights", [reports[one]], default);

        var isLate = order[0] == 'B';
        receipts.ShouldBe(new OutcomeReceipt(1, isLate ? 0 : 1, order.Length - 2, 0, isLate ? 1 : 0));
        var known = (await log.FindAsync("flights", "a", default))!.Outcomes;
        known.Count.ShouldBe(2);
        known[^1].ShouldBe(reports['B']);
        (await outcomes.ListAsync(0, 10, default))[^1].Value.ShouldBe("on time");
        (await outcomes.CountAsync("flights", Noon, default)).ShouldBe(1);
        await foreach (var query in AnsweredAsync())
            query.Outcome.ShouldBe("on time");
    }

    [ContractFact]
    public async Task Report_without_a_time_counts_in_place_of_what_came_before_and_an_older_observation_does_not_revert_it()
    {
        await log.AppendAsync([Create("a")], default);
        await outcomes.ReportAsync("flights", [new("a", "late", Noon.AddHours(1), Noon.AddHours(2))], default);
        await outcomes.ReportAsync("flights", [new("a", "on time", null, Noon.AddHours(3))], default);

        (await outcomes.ReportAsync("flights", [new("a", "late", Noon.AddHours(2), Noon.AddHours(4))], default)).ShouldBe(
            new OutcomeReceipt(0, 0, 0, 0, 1));
        (await outcomes.ReportAsync("flights", [new("a", "late", Noon.AddHours(4), Noon.AddHours(5))], default)).ShouldBe(
            new OutcomeReceipt(0, 1, 0, 0));

        (await log.FindAsync("flights", "a", default))!.Outcomes[^1].Value.ShouldBe("late");
    }

    [ContractFact]
    public async Task Report_when_the_query_comes_later_waits_for_it()
    {
        (await outcomes.ReportAsync("flights", [new("a", "late", null, Noon), new("b", "late", null, Noon)], default))
            .ShouldBe(new OutcomeReceipt(2, 0, 0, 2));

        await log.AppendAsync([Create("a")], default);

        (await log.FindAsync("flights", "a", default))!.Outcomes.Single().Value.ShouldBe("late");
        (await outcomes.ReportAsync("flights", [new("a", "on time", null, Noon), new("b", "on time", null, Noon)], default))
            .ShouldBe(new OutcomeReceipt(0, 2, 0, 1));
    }

    [ContractFact]
    public async Task Report_when_one_call_holds_the_same_query_more_than_once_takes_them_in_order()
    {
        var receipt = await outcomes.ReportAsync(
            "flights", [new("a", "late", null, Noon), new("a", "late", null, Noon), new("a", "on time", null, Noon)], default);

        receipt.ShouldBe(new OutcomeReceipt(1, 1, 1, 2));
    }

    [ContractFact]
    public async Task Report_of_one_project_says_nothing_about_another()
    {
        await log.AppendAsync([Create("a"), Create("a", "other")], default);

        (await outcomes.ReportAsync("other", [new("a", "late", null, Noon)], default)).ShouldBe(new OutcomeReceipt(1, 0, 0, 0));

        (await log.FindAsync("flights", "a", default))!.Outcomes.ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Report_of_ten_thousand_works()
    {
        await log.AppendAsync(Many(10_000), default);

        var receipt = await outcomes.ReportAsync(
            "flights", [.. Enumerable.Range(0, 10_000).Select(i => new ReportedOutcome($"q{i}", "late", null, Noon))], default);

        receipt.ShouldBe(new OutcomeReceipt(10_000, 0, 0, 0));
    }

    [ContractTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_of_many_corrections_of_one_query_takes_about_as_long_as_of_many_queries(bool late)
    {
        const int Count = 4_000;
        var of = await TimeAsync(i => $"q{i}");

        // With each compared to all before it, this takes some forty times as long.
        (await TimeAsync(_ => "a")).ShouldBeLessThan(of * 8);
        (await outcomes.CountFromAsync("flights", 1, default)).ShouldBe(Count + 1);
        (await outcomes.CountFromAsync("flights", Count + 2, default)).ShouldBe(0);

        // Late ones are observed before the first one.
        async Task<TimeSpan> TimeAsync(Func<int, string> id)
        {
            var started = Stopwatch.GetTimestamp();
            await outcomes.ReportAsync(
                "flights",
                [
                    .. Enumerable.Range(0, Count)
                        .Select(i => new ReportedOutcome(id(i), $"{i}", late ? Noon.AddSeconds(-i) : Noon.AddSeconds(i), Noon)),
                ],
                default);
            return Stopwatch.GetElapsedTime(started);
        }
    }

    [ContractFact]
    public async Task Report_of_one_query_does_not_wait_for_a_call_with_very_many()
    {
        var many = outcomes.ReportAsync(
            "flights", [.. Enumerable.Range(0, 20_000).Select(i => new ReportedOutcome("a", $"{i}", null, Noon))], default);

        await outcomes.ReportAsync("other", [new("b", "late", null, Noon)], default);

        many.IsCompleted.ShouldBeFalse();
        (await many).ShouldBe(new OutcomeReceipt(1, 19_999, 0, 20_000));
    }

    [ContractFact]
    public async Task Report_when_empty_is_an_empty_receipt() =>
        (await outcomes.ReportAsync("flights", [], default)).ShouldBe(new OutcomeReceipt(0, 0, 0, 0));

    private async IAsyncEnumerable<AnsweredQuery> AnsweredAsync()
    {
        var answered = new AnsweredQueries(home.Store);
        var found = await answered.FindAsync(
            new AnsweredRequest
            {
                Project = "flights",
                To = await answered.GetEndAsync(default),
                Projection = new QueryProjection([], new HashSet<string>()),
            }, default);
        found.Keys.Count.ShouldBe(1);
        await foreach (var query in answered.ReadAsync(found, default))
            yield return query;
    }
}
