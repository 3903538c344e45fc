using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

/// <summary>Outcomes that name a key and a time find the newest live answer about that key which is not after it.</summary>
public abstract class KeyedOutcomesTests(LogHome home) : IDisposable
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Quarter = TimeSpan.FromDays(90);

    private readonly IQueryLog log = home.Log();
    private readonly OutcomeStore outcomes = new(home.Store);
    private readonly KeyedOutcomes keyed = new(home.Store, TimeProvider.System);

    /// <summary>Data that no reader takes, in SQL.</summary>
    protected abstract string EmptyData { get; }

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Outcome_belongs_to_the_newest_live_answer_about_its_key_at_or_before_its_time()
    {
        await log.AppendAsync(
            [
                About("a1", "a", 0), About("a2", "a", 10), About("a3", "a", 20), About("b1", "b", 15),
                About("unseen", "a", 12) with { Reason = "shadow" }, About("failed", "a", 13) with
                {
                    Error = "no model",
                    Prediction = null,
                },
                About("else", "a", 14) with { Project = "other" }, About("none", null, 14),
            ],
            default);

        (await MatchAsync(Came("a", 10, "1"), Came("a", 19.9, "2"), Came("a", 9.9, "3"), Came("a", 5_000, "4"))).ShouldBe(
            new KeyedMatches(new(3, 1, 0, 0), 0, 0));
        (await OutcomeAsync("a1"), await OutcomeAsync("a2"), await OutcomeAsync("a3"), await OutcomeAsync("b1")).ShouldBe(
            ("3", "2", "4", null));
    }

    [ContractFact]
    public async Task Outcome_without_an_answer_within_the_limit_waits_and_is_seen_to()
    {
        await log.AppendAsync([About("a1", "a", 0)], default);
        (await MatchAsync(Came("a", 60 * 24 * 7, "1"), Came("a", (60 * 24 * 7) + 1, "2"), Came("a", -1, "3"), Came("c", 5, "4"))).ShouldBe(
            new KeyedMatches(new(1, 0, 0, 0), 3, 0));
        (await OutcomeAsync("a1")).ShouldBe("1");
    }

    [ContractFact]
    public async Task Outcome_waits_until_its_time_is_settled_and_for_records_that_are_written_late()
    {
        await keyed.AddAsync("flights", [Came("a", 10, "1"), Came("b", 10, "2"), Came("c", 10, "3")], default);
        (await keyed.MatchAsync("flights", Week, Noon.AddMinutes(9), Quarter, default)).ShouldBe(new KeyedMatches(new(0, 0, 0, 0), 3, 0));
        await log.AppendAsync([About("a1", "a", 5)], default);
        (await MatchAsync()).ShouldBe(new KeyedMatches(new(1, 0, 0, 0), 2, 0));

        await log.AppendAsync([About("b1", "b", 11), About("a2", "a", 30)], default);
        (await MatchAsync()).Waiting.ShouldBe(2);
        await log.AppendAsync([About("b2", "b", 9)], default);
        (await MatchAsync()).ShouldBe(new KeyedMatches(new(1, 0, 0, 0), 1, 0));
        (await OutcomeAsync("b2")).ShouldBe("2");
    }

    [ContractFact]
    public async Task Outcome_with_several_answers_of_the_same_moment_is_ambiguous_until_a_newer_one_is_written()
    {
        await log.AppendAsync([About("a0", "a", 1), About("a1", "a", 5), About("a2", "a", 5)], default);
        (await MatchAsync(Came("a", 10, "1"))).ShouldBe(new KeyedMatches(new(0, 0, 0, 0), 1, 1));
        await log.AppendAsync([About("late", "a", 3)], default);
        (await MatchAsync()).Ambiguous.ShouldBe(1);
        await log.AppendAsync([About("newer", "a", 7)], default);
        (await MatchAsync()).ShouldBe(new KeyedMatches(new(1, 0, 0, 0), 0, 0));
        (await OutcomeAsync("newer")).ShouldBe("1");
    }

    [ContractFact]
    public async Task Outcome_that_comes_again_changes_nothing_and_the_last_observed_counts()
    {
        await log.AppendAsync([About("a1", "a", 0)], default);
        (await MatchAsync(Came("a", 20, "2"), Came("a", 10, "1"))).Receipt.ShouldBe(new OutcomeReceipt(1, 1, 0, 0));
        foreach (var _ in Enumerable.Range(0, 2))
            (await MatchAsync(Came("a", 20, "2"), Came("a", 10, "1"))).ShouldBe(new KeyedMatches(new(0, 0, 0, 0), 0, 0));
        (await MatchAsync(Came("a", 15, "3"))).Receipt.ShouldBe(new OutcomeReceipt(0, 0, 0, 0, 1));
        (await OutcomeAsync("a1")).ShouldBe("2");
        (await outcomes.ListAsync(0, 10, default)).Count.ShouldBe(2);
    }

    [ContractFact]
    public async Task Outcome_that_is_older_than_records_are_kept_is_removed()
    {
        await keyed.AddAsync(
            "flights",
            [
                Came("a", 10, "1") with { ReportedAt = DateTimeOffset.UtcNow.AddDays(-91) },
                Came("b", 10, "1") with { ReportedAt = DateTimeOffset.UtcNow.AddDays(-89) },
            ],
            default);
        (await MatchAsync()).Waiting.ShouldBe(2);
        while (log.Upkeep())
            continue;
        (await MatchAsync()).Waiting.ShouldBe(1);
    }

    [ContractFact]
    public async Task Outcomes_about_entities_that_were_never_asked_about_read_no_record_of_others()
    {
        await log.AppendAsync([About("a1", "a", 0), About("b1", "b", 1)], default);
        (await MatchAsync(Came("a", 10, "1"))).Receipt.Accepted.ShouldBe(1);

        // Once the index is written nothing of the records is asked for: damaged, they would refuse to be read.
        await home.QueryAsync<long>($"UPDATE segments SET data = {EmptyData}");
        (await MatchAsync([.. Enumerable.Range(0, 500).Select(i => Came($"never {i}", 10, "1"))])).ShouldBe(
            new KeyedMatches(new(0, 0, 0, 0), 500, 0));
        await log.AppendAsync([About("c1", "c", 2), About("n7", "never 7", 5)], default);
        (await MatchAsync(Came("c", 10, "1"))).ShouldBe(new KeyedMatches(new(2, 0, 0, 0), 499, 0));
        await Should.ThrowAsync<Exception>(() => MatchAsync(Came("a", 11, "1")));
    }

    [ContractFact]
    public async Task Index_by_entity_forgets_what_the_log_has_removed()
    {
        await log.AppendAsync([About("a1", "a", 0)], default);
        await MatchAsync(Came("a", 10, "1"));
        await log.AppendAsync([About("a2", "a", 20)], default);
        await MatchAsync(Came("a", 30, "2"));
        (await CountAsync()).ShouldBe(2);
        await home.QueryAsync<long>("DELETE FROM segments WHERE first = 1");
        await MatchAsync(Came("b", 30, "2"));
        (await CountAsync()).ShouldBe(1);

        async Task<long> CountAsync() => (await home.QueryAsync<long>("SELECT count(*) FROM keyed_entities")).Single();
    }

    [ContractTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Many_outcomes_find_what_a_search_one_by_one_finds(int seed)
    {
        var random = new Random(seed);
        var records = new List<QueryRecord>();
        for (var i = 0; i < 3_000; i++)
        {
            // Times lie in the log a good deal out of their order, and two generations take turns.
            var minute = (i / 10.0) + (random.NextDouble() * 20);
            records.Add(
                About($"q{i}", $"k{random.Next(40)}", minute) with
                {
                    Generation = 1 + random.Next(2),
                    Reason = random.Next(5) == 0 ? "shadow" : "share",
                });
        }

        foreach (var part in records.Chunk(100))
            await log.AppendAsync(part.OrderBy(record => record.Generation), default);
        var came = Enumerable.Range(0, 2_000).Select(i => Came($"k{random.Next(45)}", random.NextDouble() * 330, $"{i}")).ToList();
        var within = TimeSpan.FromMinutes(30);

        await keyed.AddAsync("flights", came, default);
        var matched = await keyed.MatchAsync("flights", within, DateTimeOffset.MaxValue, Quarter, default);

        var expected = came
            .Select(one =>
                (one.Value, records.Where(
                    record => record.Reason != "shadow" && record.Entity == one.Key && record.At <= one.At && record.At >= one.At - within)
                        .MaxBy(record => record.At)?.QueryId))
            .Where(pair => pair.QueryId is not null).ToDictionary(pair => pair.Value, pair => pair.QueryId);
        matched.Waiting.ShouldBe(came.Count - expected.Count);
        expected.Count.ShouldBeInRange(500, 1_999);
        var found = new Dictionary<string, string?>();
        foreach (var queryId in expected.Values.Distinct())
        {
            foreach (var outcome in (await log.FindAsync("flights", queryId!, default))!.Outcomes)
                found.Add(outcome.Value, queryId);
        }

        found.ShouldBe(expected, ignoreOrder: true);
    }

    private static QueryRecord About(string queryId, string? key, double minute) =>
        Create(queryId) with { At = Noon.AddMinutes(minute), Entity = key };

    private static KeyedOutcome Came(string key, double minute, string value) =>
        new(key, Noon.AddMinutes(minute), value, null, DateTimeOffset.UtcNow);

    private async Task<KeyedMatches> MatchAsync(params KeyedOutcome[] came)
    {
        await keyed.AddAsync("flights", came, default);
        return await keyed.MatchAsync("flights", Week, DateTimeOffset.MaxValue, Quarter, default);
    }

    private async Task<string?> OutcomeAsync(string queryId) =>
        (await log.FindAsync("flights", queryId, default))!.Outcomes is [.., var last] ? last.Value : null;
}
