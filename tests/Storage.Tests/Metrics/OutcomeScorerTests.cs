using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Storage.Feedback;
using Progeny.Storage.Metrics.Sqlite;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Rules;
using Progeny.Storage.Tests.Serving;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>Reports that are ahead of their query, by days and under a clock that is set, and ids that are used again.</summary>
public sealed class OutcomeScorerTests : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly TemporaryFolder folder = new();
    private readonly Clock clock = new(Noon);
    private readonly QueryDatabase queries;
    private readonly MetricsDatabase perfdb;
    private readonly SqliteQueryLog log;
    private readonly OutcomeStore outcomes;
    private readonly SqliteScoreStore scores;
    private readonly Homes homes = new();
    private readonly ScoreMeters meters = new();
    private readonly OutcomeScorer scorer;

    public OutcomeScorerTests()
    {
        queries = new QueryDatabase(folder["queries.db"]);
        perfdb = new MetricsDatabase(folder["metrics.db"], clock);
        log = new SqliteQueryLog(queries, clock);
        outcomes = new OutcomeStore(queries);
        scores = new SqliteScoreStore(perfdb);
        scorer = new OutcomeScorer(outcomes, log, scores, homes, homes, homes, new ProjectActivity(), meters, clock);
    }

    public void Dispose()
    {
        queries.Dispose();
        perfdb.Dispose();
        homes.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Outcome_that_is_days_ahead_of_its_query_counts_once_it_comes()
    {
        await ReportAsync("q", 10);
        await WaitAsync(TimeSpan.FromDays(4));
        await AnswerAsync("q", 12);
        await WaitAsync(TimeSpan.FromDays(1));
        (await LossesAsync()).ShouldBe([4]);
        (await WaitingAsync()).ShouldBe(0);
        meters.All.Select(total => (total.Scores, total.Loss)).ShouldBe([(1, 4)]);
    }

    [Fact]
    public async Task Outcome_whose_query_never_comes_is_given_up_with_its_report()
    {
        await AnswerAsync("other", 1);
        await ReportAsync("q", 10);
        await ReportAsync("newest", 10);
        await WaitAsync(TimeSpan.FromDays(29));
        (await WaitingAsync()).ShouldBe(2);
        await WaitAsync(TimeSpan.FromDays(4));
        (await outcomes.HasReportAsync("homes", "q", default)).ShouldBeFalse();
        await WaitAsync(TimeSpan.FromHours(7));
        (await WaitingAsync()).ShouldBe(1, "the newest report of all stays");
    }

    [Fact]
    public async Task Outcome_that_waits_while_the_clock_leaps_and_is_put_back_counts()
    {
        await ReportAsync("q", 10);
        await ScoreAsync();
        clock.Now += TimeSpan.FromDays(365);
        await WaitAsync(TimeSpan.FromHours(1));
        await ReportAsync("r", 10);
        await ScoreAsync();
        clock.Now -= TimeSpan.FromDays(365);
        await AnswerAsync("q", 12);
        await AnswerAsync("r", 13);
        await WaitAsync(TimeSpan.FromHours(7));
        (await LossesAsync()).Order().ShouldBe([4, 9]);
    }

    [Fact]
    public async Task Of_several_records_with_an_id_the_last_answer_is_scored()
    {
        await AnswerAsync("q", 11);
        await AnswerAsync("q", 12);
        await FailAsync("q");
        await ReportAsync("q", 10);
        await ScoreAsync();
        (await LossesAsync()).ShouldBe([4]);
    }

    [Fact]
    public async Task Cluster_is_that_of_what_the_projects_plan_chooses_arms_by()
    {
        homes.StickyKey = "area";
        await AnswerAsync("q", 11);
        await ReportAsync("q", 10);
        await ScoreAsync();
        (await scores.ReadChangesAsync("homes", 0, 10, default)).ShouldHaveSingleItem().Cluster.ShouldBe(EntityClusters.Of("3"));
    }

    private Task AnswerAsync(string id, double value) => log.AppendAsync(
        [Create(id, "homes") with { At = clock.Now, Fields = Fields("""{"area":3}"""), Prediction = Value((float)value) }], default, Kept);

    private Task FailAsync(string id) =>
        log.AppendAsync([Create(id, "homes") with { At = clock.Now, Prediction = null, Error = "The model refused." }], default, Kept);

    private Task ReportAsync(string id, int value) =>
        outcomes.ReportAsync(
            "homes", [new(id, value.ToString(System.Globalization.CultureInfo.InvariantCulture), null, clock.Now)], default);

    private async Task WaitAsync(TimeSpan time)
    {
        for (var waited = TimeSpan.Zero; waited < time; waited += TimeSpan.FromMinutes(30))
        {
            await ScoreAsync();
            clock.Advance(TimeSpan.FromMinutes(30));
        }

        while (log.Upkeep())
            continue;
        await ScoreAsync();
    }

    private async Task ScoreAsync()
    {
        while (await scorer.RunAsync(default))
            continue;
    }

    private async Task<IReadOnlyList<double>> LossesAsync() =>
        [.. (await scores.ReadChangesAsync("homes", 0, 100, default)).Select(change => change.Values[MetricsPoint.LossName])];

    private async Task<int> WaitingAsync() =>
        (await scores.ListWaitingAsync(clock.Now.AddDays(1), TimeSpan.FromDays(1), 100, default)).Count;

    /// <summary>One generation for all, without shadows.</summary>
    private sealed class Homes : IMetricSets, IShadowPeriods, IStickyKeys, IDisposable
    {
        private readonly MetricSet set = Rulebook.Metrics.Compile(Rulebook.OfPrices(""));

        public ValueTask<MetricSet?> GetAsync(GenerationReference generation) => new(set);

        public string? StickyKey { get; set; }

        public ValueTask<string?> GetAsync(string project) => new(StickyKey);

        public ValueTask<ImmutableArray<ShadowPeriod>> ListAsync(string project) => new(ImmutableArray<ShadowPeriod>.Empty);

        public void Dispose() => set.Dispose();
    }
}
