using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>What every query log keeps.</summary>
public abstract class QueryLogTests(LogHome home) : IDisposable
{
    private IQueryLog log = home.Log();

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Find_when_appended_returns_the_record_with_every_attribute()
    {
        var full = Create("a") with
        {
            At = Noon.AddTicks(1_234_560),
            Entity = "UA 12 'é\ud83d\ude80'",
            Augmented = Fields("""{"state":"CA"}"""),
            Rules = ["cold start"],
            Latency = new QueryLatency(0, 127, 128, int.MaxValue),
        };
        var failed = Create("b") with { Prediction = null, Error = "The model refused." };

        await log.AppendAsync([full, failed], default);

        var found = await log.FindAsync("flights", "a", default);
        found.ShouldNotBeNull();
        Json(found.Record).ShouldBe(Json(full));
        (found.Sequence, found.Attempts, found.Outcomes.Count).ShouldBe((1, 1, 0));
        Json((await log.FindAsync("flights", "b", default))!.Record).ShouldBe(Json(failed));
        (await log.FindAsync("flights", "c", default)).ShouldBeNull();
        (await log.FindAsync("other", "a", default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task Find_when_an_id_is_repeated_returns_the_newest_and_counts_the_attempts()
    {
        await log.AppendAsync([Create("a"), Create("a", "other"), Create("b")], default);
        await log.AppendAsync([Create("a", generation: 2)], default);

        var found = await log.FindAsync("flights", "a", default);

        found.ShouldNotBeNull();
        found.Record.Generation.ShouldBe(2);
        found.Attempts.ShouldBe(2);
        found.Sequence.ShouldBe(4);
    }

    [ContractFact]
    public async Task Requests_are_counted_by_arm_and_reason_behind_a_place()
    {
        var failed = Create("f") with
        {
            Prediction = null,
            Error = "The model refused.",
            Reason = "failed",
            Arm = "challenger",
            Generation = 2,
        };
        await log.AppendAsync(
            [.. Many(20_000), failed, failed with { QueryId = "g" }, Create("h") with { Reason = "requested" }, Create("i", "other")],
            default);

        var (last, counts) = await log.CountRequestsAsync("flights", 0, default);
        last.ShouldBe(20_004);
        counts.Select(count => (count.Generation.Generation, count.Arm, count.Reason, count.Requests, count.Errors)).ShouldBe(
            [(1, "champion", "share", 20_000, 0), (2, "challenger", "failed", 2, 2), (1, "champion", "requested", 1, 0)],
            ignoreOrder: true);

        (await log.CountRequestsAsync("flights", 20_001, default)).Requests.Sum(count => count.Requests).ShouldBe(2);
        (await log.CountRequestsAsync("flights", 19_990, default)).Requests.Single(count => count.Reason == "share").Requests.ShouldBe(10);
        var (same, none) = await log.CountRequestsAsync("flights", last, default);
        (same, none.Count).ShouldBe((last, 0));
        (await log.CountRequestsAsync("nobody", 0, default)).Requests.ShouldBeEmpty();
    }

    [ContractFact]
    public async Task List_pages_through_a_project_from_the_newest_to_the_oldest()
    {
        await log.AppendAsync([.. Many(3_000).SelectMany(record => new[] { record, record with { Project = "other" } })], default);
        var ids = new List<string>();
        long? before = null;
        while (await log.ListAsync("flights", null, null, before, 700, default) is { Count: > 0 } page)
        {
            ids.AddRange(page.Select(query => query.Record.QueryId));
            before = page[^1].Sequence;
        }

        ids.ShouldBe(Enumerable.Range(0, 3_000).Reverse().Select(i => $"q{i}"));
    }

    [ContractFact]
    public async Task Page_ends_where_its_bytes_do_and_says_where_the_next_begins()
    {
        var fields = new Dictionary<string, object?> { ["note"] = new string('x', 1 << 20) };
        await log.AppendAsync([.. Many(10).Select(record => record with { Fields = fields })], default);
        var pages = new List<int>();
        long? before = null;
        do
        {
            var page = await log.ListAsync("flights", null, null, before, 1_000, default);
            pages.Add(page.Count);
            before = page.Before;
        }
        while (before is not null);

        pages.ShouldBe([3, 3, 3, 1]);
        (await log.ListAsync("flights", null, null, null, 2, default)).Before.ShouldBe(9);
    }

    [ContractFact]
    public async Task One_record_that_is_larger_than_a_page_is_a_page()
    {
        await log.AppendAsync(
            [Create("a"), Create("b") with { Fields = new Dictionary<string, object?> { ["note"] = new string('x', 5 << 20) } }], default);

        (await log.ListAsync("flights", null, null, null, 10, default)).Select(query => query.Record.QueryId).ShouldBe(["b"]);
    }

    [ContractFact]
    public async Task List_when_the_matching_records_are_old_and_few_finds_them()
    {
        await log.AppendAsync([Create("old", release: "0.9.0", generation: 4), .. Many(20_000)], default);

        (await log.ListAsync("flights", "0.9.0", null, null, 10, default)).Single().Record.QueryId.ShouldBe("old");
        (await log.ListAsync("flights", null, 4, null, 10, default)).Single().Record.QueryId.ShouldBe("old");
        (await log.ListAsync("flights", "1.0.0", 4, null, 10, default)).ShouldBeEmpty();
        (await log.ListAsync("nobody", null, null, null, 10, default)).ShouldBeEmpty();
    }

    [ContractTheory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task List_when_the_limit_is_out_of_bounds_says_so(int limit) =>
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => log.ListAsync("flights", null, null, null, limit, default)))
            .Message.ShouldContain("between 1 and 1,000");

    [ContractFact]
    public async Task Log_when_reopened_holds_what_was_appended_and_goes_on_counting()
    {
        await log.AppendAsync(Many(10), default);

        Reopen();
        await log.AppendAsync([Create("next")], default);

        (await log.FindAsync("flights", "q3", default))!.Sequence.ShouldBe(4);
        (await log.FindAsync("flights", "next", default))!.Sequence.ShouldBe(11);
    }

    [ContractFact]
    public async Task Append_when_one_of_many_callers_brings_a_bad_batch_keeps_all_others()
    {
        var bad = Batches([Create("bad")], TimeSpan.FromDays(1))[0];
        var appends = Enumerable.Range(0, 40).Select(i => Task.Run(() => log.Append(i % 10 == 5
            ? [.. Batches([Create($"before{i}", $"project {i}")], TimeSpan.FromDays(1)), bad with { Count = 2 }]
            : Batches([Create($"good{i}")], TimeSpan.FromDays(1))))).ToList();

        var failed = 0;
        foreach (var append in appends)
        {
            try
            {
                await append;
            }
            catch (InvalidDataException)
            {
                failed++;
            }
        }

        failed.ShouldBe(4);
        var logged = await log.ListAsync("flights", null, null, null, 1_000, default);
        logged.Select(query => query.Record.QueryId).Order()
            .ShouldBe(Enumerable.Range(0, 40).Where(i => i % 10 != 5).Select(i => $"good{i}").Order());
        logged.Select(query => query.Sequence).ShouldBe(Enumerable.Range(1, 36).Reverse().Select(i => (long)i));
    }

    [ContractFact]
    public async Task Append_when_many_write_and_read_at_once_loses_nothing()
    {
        using var done = new CancellationTokenSource();
        var reads = 0;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            do
            {
                var page = await log.ListAsync("flights", null, null, null, 50, default);
                page.Select(query => query.Sequence).ShouldBe(page.Select(query => query.Sequence).OrderDescending());
                Interlocked.Increment(ref reads);
            }
            while (!done.IsCancellationRequested);
        })).ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await log.AppendAsync(Many(50, $"w{writer}-{i}-"), default);
                (await log.FindAsync("flights", $"w{writer}-{i}-49", default)).ShouldNotBeNull();
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);

        reads.ShouldBeGreaterThan(0);
        (await log.ListAsync("flights", null, null, null, 1, default))[0].Sequence.ShouldBe(8_000);
    }

    [ContractFact]
    public async Task Append_of_ten_thousand_records_keeps_them_all_under_their_ids()
    {
        await log.AppendAsync(Many(10_000), default);

        foreach (var i in (int[])[0, 5_000, 9_999])
            (await log.FindAsync("flights", $"q{i}", default))!.Sequence.ShouldBe(i + 1);
    }

    [ContractFact]
    public async Task Find_when_the_log_has_more_than_one_index_block_looks_into_all_of_them()
    {
        for (var i = 0; i < 7; i++)
            await log.AppendAsync(Many(10_000, $"b{i}-"), default);
        await log.AppendAsync([Create("b0-0", generation: 9)], default);

        var found = await log.FindAsync("flights", "b0-0", default);

        found.ShouldNotBeNull();
        found.Record.Generation.ShouldBe(9);
        found.Attempts.ShouldBe(2);
        (await log.FindAsync("flights", "b6-5535", default))!.Sequence.ShouldBe(65_536);
    }

    [ContractFact]
    public async Task Find_when_an_id_was_used_again_finds_each_record_by_its_place_and_the_last_answer()
    {
        await log.AppendAsync(
            [Create("q"), Create("other"), Create("q", generation: 2), Create("q") with { Prediction = null, Error = "refused" }], default);

        var newest = (await log.FindAsync("flights", "q", default))!;
        (newest.Sequence, newest.Attempts).ShouldBe((4, 3));
        newest.Others.ShouldBe([3, 1]);
        var first = (await log.FindAtAsync("flights", "q", 1, default))!;
        (first.Sequence, first.Attempts, first.Record.Generation).ShouldBe((1, 3, 1));
        first.Others.ShouldBe([4, 3]);
        (await log.FindAtAsync("flights", "q", 2, default)).ShouldBeNull();
        (await log.FindAnsweredAsync("flights", "q", default))!.Sequence.ShouldBe(3);
        await log.AppendAsync([Create("failed") with { Prediction = null, Error = "refused" }], default);
        (await log.FindAnsweredAsync("flights", "failed", default))!.Record.Error.ShouldBe("refused");
        (await log.FindAnsweredAsync("flights", "nobody", default)).ShouldBeNull();
    }

    [ContractFact]
    public async Task ReadServed_streams_predictions_with_the_outcome_that_counts_in_the_order_of_the_log()
    {
        await log.AppendAsync(
            [
                .. Many(40_000),
                Create("failed") with { Prediction = null, Error = "The model refused." },
                Create("q7", generation: 2),
                Create("q8", "other"),
            ], default);
        var outcomes = new OutcomeStore(home.Store);
        await outcomes.ReportAsync(
            "flights", [new("q39999", "late", null, Noon), new("q7", "late", null, Noon), new("failed", "late", null, Noon)], default);
        await outcomes.ReportAsync("flights", [new("q7", "on time", null, Noon)], default);
        await outcomes.ReportAsync("other", [new("q8", "late", null, Noon)], default);

        var all = await ServedAsync(null, null, 0);
        all.Select(served => (served.Sequence, served.Release, served.Generation, served.Prediction!.Row(0)[0], served.Outcome)).ShouldBe(
        [
            (8, "1.0.0", 1, 0.25f, "on time"),
            (40_000, "1.0.0", 1, 0.25f, "late"),
            (40_002, "1.0.0", 2, 0.25f, "on time"),
        ]);
        all.Select(served => (served.Owner, served.Reason, served.Fields.Count)).Distinct().ShouldBe([("flights", "share", 0)]);
        (all[0].Hash == all[2].Hash, all[0].Hash == all[1].Hash).ShouldBe((true, false));
        (await ServedAsync("1.0.0", 1, 8)).Select(served => served.Sequence).ShouldBe([40_000]);
        (await ServedAsync("2.0.0", null, 0)).ShouldBeEmpty();
        (await ServedAsync(null, null, 40_002)).ShouldBeEmpty();
    }

    private async Task<List<ServedOutcome>> ServedAsync(string? release, int? generation, long after)
    {
        var all = new List<ServedOutcome>();
        await foreach (var served in log.ReadServedAsync("flights", release, generation, after, [], default))
            all.Add(served);
        return all;
    }

    private void Reopen()
    {
        home.Reopen();
        log = home.Log();
    }
}
