using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

/// <summary>What is found of answered queries in every database.</summary>
public abstract class AnsweredQueriesTests(LogHome home) : IDisposable
{
    private const string Project = "flights";

    private readonly IQueryLog log = home.Log();
    private readonly OutcomeStore outcomes = new(home.Store);
    private readonly AnsweredQueries answered = new(home.Store);

    public void Dispose() => home.Dispose();

    /// <summary>
    /// Queries are answered, unseen, failed, asked again; outcomes come before and after, twice, corrected; trainings succeed, and fail and
    /// come again from the mark before. Whatever the order, the trainings that count take each query once, and in the end all that are
    /// known.
    /// </summary>
    [ContractTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Find_from_mark_to_mark_takes_each_answered_query_once_in_any_order_of_events(int seed)
    {
        var random = new Random(seed);
        var (live, reported, taken) = (new HashSet<string>(), new Dictionary<string, string>(), new HashSet<string>());
        var mark = QueryMark.Start;
        for (var step = 0; step < 150; step++)
        {
            var id = $"q{random.Next(200)}";
            switch (random.Next(8))
            {
                case < 3:
                    var reason = random.Next(6) switch { 0 => "shadow", 1 => "failed", 2 => "fallback", _ => "share" };
                    var project = random.Next(8) == 0 ? "other" : Project;
                    var error = reason == "failed" && random.Next(2) == 0 ? "down" : null;
                    await log.AppendAsync(
                        [
                            .. Enumerable.Range(0, random.Next(1, 40))
                                .Select(i =>
                                    At(step, Create(i == 0 ? id : $"q{random.Next(200)}", project) with { Reason = reason, Error = error }))
                                        .Select(record => Note(record)),
                        ],
                        default);
                    break;
                case < 7:
                    var reports = Enumerable.Range(0, random.Next(1, 30))
                        .Select(_ => new ReportedOutcome($"q{random.Next(200)}", random.Next(3) == 0 ? "late" : "on time", null, Noon))
                        .ToList();
                    await outcomes.ReportAsync(random.Next(8) == 0 ? "other" : Project, [], default);
                    await outcomes.ReportAsync(Project, reports, default);
                    foreach (var report in reports)
                        reported[report.QueryId] = report.Value;
                    break;
                default:
                    await TrainAsync(fails: random.Next(3) == 0);
                    break;
            }
        }

        await TrainAsync(fails: false);
        taken.Order().ShouldBe(live.Intersect(reported.Keys).Order());
        (await FindAsync(QueryMark.Start, await answered.GetEndAsync(default))).Select(query => query.Id).Order().ShouldBe(taken.Order());

        QueryRecord Note(QueryRecord record)
        {
            if (record is { Project: Project, Reason: not ("shadow" or "failed") })
                live.Add(record.QueryId);
            return record;
        }

        async Task TrainAsync(bool fails)
        {
            var end = await answered.GetEndAsync(default);
            var found = await FindAsync(mark, end);
            found.Select(query => query.Id).ShouldBeUnique();
            foreach (var (id, outcome) in found)
            {
                outcome.ShouldBe(reported[id]);
                taken.ShouldNotContain(id);
            }

            if (fails)
                return;
            taken.UnionWith(found.Select(query => query.Id));
            mark = end;
        }
    }

    [ContractFact]
    public async Task Find_of_a_window_takes_the_last_in_time()
    {
        for (var i = 0; i < 100; i++)
            await log.AppendAsync([At(i, Create($"q{i}"))], default);
        await outcomes.ReportAsync(
            Project,
            [.. Enumerable.Range(0, 100).Where(i => i % 2 == 0).Reverse().Select(i => new ReportedOutcome($"q{i}", "late", null, Noon))],
            default);
        var end = await answered.GetEndAsync(default);

        (await FindAsync(QueryMark.Start, end, maxRows: 3)).Select(query => query.Id).ShouldBe(["q94", "q96", "q98"]);
        (await FindAsync(QueryMark.Start, end, window: TimeSpan.FromMinutes(6))).Select(query => query.Id)
            .ShouldBe(["q92", "q94", "q96", "q98"]);
        (await FindAsync(new QueryMark(end.ReportOffset - 2, end.Sequence), end)).Select(query => query.Id).ShouldBe(["q0", "q2"]);
        (await FindAsync(QueryMark.Start, new QueryMark(3, end.Sequence))).Select(query => query.Id).ShouldBe(["q96", "q98"]);
        (await FindAsync(QueryMark.Start, new QueryMark(end.ReportOffset, 4))).Select(query => query.Id).ShouldBe(["q0", "q2"]);
    }

    [ContractFact]
    public async Task Find_of_a_window_in_a_long_log_stops_before_its_begin_and_misses_nothing()
    {
        const int count = 80_000;
        for (var from = 0; from < count; from += 20_000)
            log.Append(
                Batches(Enumerable.Range(from, 20_000)
                    .Select(i => Create($"q{i}") with { At = Noon.AddSeconds(i) }), TimeSpan.FromDays(90)));
        await outcomes.ReportAsync(
            Project,
            [.. Enumerable.Range(0, count).Where(i => i % 100 == 7).Select(i => new ReportedOutcome($"q{i}", "late", null, Noon))],
            default);

        var found = await FindAsync(QueryMark.Start, await answered.GetEndAsync(default), maxRows: 250);

        found.Select(query => query.Id).ShouldBe(Enumerable.Range(0, count).Where(i => i % 100 == 7).TakeLast(250).Select(i => $"q{i}"));
    }

    [ContractFact]
    public async Task Records_that_lack_a_field_are_counted_by_what_they_lack()
    {
        await log.AppendAsync(
            [Create("a"), Create("b") with { Fields = null }, Create("c") with { Fields = Fields("""{"origin":null}""") }], default);
        await outcomes.ReportAsync(
            Project, [.. new[] { "a", "b", "c" }.Select(id => new ReportedOutcome(id, "late", null, Noon))], default);

        var set = await answered.FindAsync(Request(QueryMark.Start, await answered.GetEndAsync(default)), default);

        set.Keys.Count.ShouldBe(1);
        set.Skipped.ShouldBe(
            new Dictionary<string, long> { ["'origin' is missing"] = 1, ["its fields were not logged"] = 1 }, ignoreOrder: true);
    }

    private static QueryRecord At(int minute, QueryRecord record) =>
        record with { At = Noon.AddMinutes(minute), Fields = Fields($$"""{"origin":"{{record.QueryId}}"}""") };

    private static AnsweredRequest Request(QueryMark from, QueryMark to, int? maxRows = null, TimeSpan? window = null) => new()
    {
        Project = Project,
        From = from,
        To = to,
        Projection = new QueryProjection(["origin"], new HashSet<string> { "origin" }),
        MaxRows = maxRows,
        Window = window,
    };

    private async Task<List<(string Id, string Outcome)>> FindAsync(
        QueryMark from, QueryMark to, int? maxRows = null, TimeSpan? window = null)
    {
        var found = new List<(string, string)>();
        var before = DateTimeOffset.MinValue;
        await foreach (var query in answered.ReadAsync(await answered.FindAsync(Request(from, to, maxRows, window), default), default))
        {
            query.At.ShouldBeGreaterThanOrEqualTo(before);
            before = query.At;
            found.Add(
                ((string)query.Values[0]! is "SFO"
                    ? (await log.ListAsync(Project, null, null, query.Sequence + 1, 1, default))[0].Record.QueryId
                    : (string)query.Values[0]!, query.Outcome));
        }

        return found;
    }
}
