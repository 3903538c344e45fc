using Progeny.Abstractions.Experiments;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Releases;

/// <summary>What a manifest says of a project that runs itself.</summary>
public sealed class SelfRunningManifestTests
{
    private const string SelfRunning = """
        name: prices
        version: 1.0.0
        task: binary
        schema: {features: [{name: demand, type: float}, {name: region, type: category}]}
        label: {name: up, classes: ["0", "1"]}
        source:
          file: data/first.csv
          query: SELECT demand, region, up, at FROM first
          ordinal: at
          queries: true
          window: {rows: 2000, time: 30d}
        outcomes: {feed: market, query: "SELECT query_id, outcome, seen FROM prices", watermark: seen, every: 10s}
        pipeline: {trainer: xgboost}
        evaluation: {every: 1h, groups: [region]}
        metrics: [{name: hit, value: label = outcome}]
        serving:
          rollout:
            strategy: canary
            metric: hit
            goal: maximize
            alpha: 0.01
            steps: [{share: 0.05, outcomes: 200, time: 1d}, {share: 0.5, outcomes: 1000, time: 2d}]
            fallback: [champion, "0.9.0:2"]
        drift: {psi: 0.2, rows: 500, false_alarms: 0.05, features: [demand]}
        tune:
          method: halving
          trials: 8
          parallel: 4
          metric: auc
          space:
            eta: {min: 0.01, max: 0.3, log: true}
            max_depth: {min: 2, max: 8, whole: true}
            booster: {values: [gbtree, gblinear]}
        alerts: [{name: bad, when: loss > 1, webhook: pager}]

        """;

    [Fact]
    public void Keys_are_read_as_written()
    {
        var manifest = ManifestTexts.Valid(SelfRunning);

        manifest.Source.ShouldBe(new SourceManifest
        {
            File = "data/first.csv",
            Query = "SELECT demand, region, up, at FROM first",
            Ordinal = "at",
            Queries = true,
            Window = new TrainingWindow(2_000, TimeSpan.FromDays(30)),
        });
        manifest.Outcomes.ShouldBe(new OutcomesManifest
        {
            Feed = "market",
            Query = "SELECT query_id, outcome, seen FROM prices",
            Watermark = "seen",
            Every = TimeSpan.FromSeconds(10),
        });
        (manifest.Evaluation.Every, manifest.Evaluation.Groups.Single()).ShouldBe((TimeSpan.FromHours(1), "region"));
        var rollout = manifest.Serving.Rollout;
        (rollout.Strategy, rollout.Metric, rollout.Goal, rollout.Alpha).ShouldBe((RolloutStrategy.Canary, "hit", Goal.Maximize, 0.01));
        rollout.Steps.ShouldBe([new CanaryStep(0.05, 200, TimeSpan.FromDays(1)), new CanaryStep(0.5, 1_000, TimeSpan.FromDays(2))]);
        rollout.Fallback.ShouldBe(["champion", "0.9.0:2"]);
        manifest.Drift.ShouldBe(new DriftManifest { Psi = 0.2, Rows = 500, FalseAlarms = 0.05, Features = manifest.Drift.Features });
        manifest.Drift.Features.ShouldBe(["demand"]);
        var tune = manifest.Tune.ShouldNotBeNull();
        (tune.Method, tune.Trials, tune.Parallel, tune.Metric).ShouldBe((TuneMethod.Halving, 8, 4, "auc"));
        tune.Space["eta"].ShouldBe(new TuneRange { Min = 0.01, Max = 0.3, Log = true });
        tune.Space["max_depth"].ShouldBe(new TuneRange { Min = 2, Max = 8, Whole = true });
        tune.Space["booster"].Values.ShouldBe(["gbtree", "gblinear"]);
        manifest.Alerts.ShouldBe([new AlertManifest { Name = "bad", When = "loss > 1", Webhook = "pager" }]);
    }

    [Fact]
    public void Word_queries_takes_rows_from_the_query_log_only()
    {
        var start = SelfRunning.IndexOf("source:", StringComparison.Ordinal);
        var yaml = SelfRunning[..start] + "source: queries\n" + SelfRunning[SelfRunning.IndexOf("outcomes:", StringComparison.Ordinal)..];
        ManifestTexts.Valid(yaml).Source.ShouldBe(new SourceManifest { Queries = true });
    }

    [Fact]
    public void Policy_has_the_name_of_the_field()
    {
        var bandit = "strategy: bandit\n    policy: epsilon-greedy\n    epsilon: 0.2\n    discount: 0.99";
        var start = SelfRunning.IndexOf("strategy: canary", StringComparison.Ordinal);
        var yaml = SelfRunning[..start] + bandit + "\n" + SelfRunning[SelfRunning.IndexOf("drift:", StringComparison.Ordinal)..];
        var rollout = ManifestTexts.Valid(yaml).Serving.Rollout;
        (rollout.Policy, rollout.Epsilon, rollout.Discount).ShouldBe((BanditPolicy.EpsilonGreedy, 0.2, 0.99));
    }

    [Theory]
    [InlineData(
        "  file: data/first.csv\n  query: SELECT demand, region, up, at FROM first\n", "", "source.ordinal: is for feed and file only")]
    [InlineData("  query: SELECT demand, region, up, at FROM first\n", "", "source.query: is missing")]
    [InlineData("serving:\n", "serving:\n  log: none\n", "source.queries: needs a query log, which serving.log: none leaves out")]
    [InlineData("serving:\n", "serving:\n  log: none\n", "serving.log: must be fast or durable for serving.rollout.strategy canary")]
    [InlineData("strategy: canary", "strategy: abtest", "serving.rollout.steps: is for the strategy canary only")]
    [InlineData("strategy: canary", "strategy: canary\n    share: 0.1", "serving.rollout.share: is for the strategy abtest only")]
    [InlineData("strategy: canary", "strategy: cannary", "'cannary' is not a strategy; did you mean 'canary'?")]
    [InlineData(
        "    steps: [{share: 0.05, outcomes: 200, time: 1d}, {share: 0.5, outcomes: 1000, time: 2d}]\n",
        "",
        "serving.rollout.steps: is missing")]
    [InlineData("{share: 0.5,", "{share: 0.05,", "serving.rollout.steps[1].share: must be above the share of the step before")]
    [InlineData(
        "metric: hit",
        "metric: hits",
        "serving.rollout.metric: 'hits' is neither loss nor one of the project's metrics; did you mean 'hit'?")]
    [InlineData(
        "metric: hit\n    goal: maximize\n    alpha: 0.01\n    steps: [{share: 0.05, outcomes: 200,",
        "steps: [{share: 0.05, outcomes: 49,",
        "serving.rollout.steps[0].outcomes: 49 outcomes say too little of a loss to compare it; 50 or more are needed")]
    [InlineData(
        "strategy: canary",
        "strategy: abtest\n    arms: [\"0.9.0:2\"]\n    shares: {\"0.9.0:3\": 0.2}",
        "serving.rollout.shares.0.9.0:3: '0.9.0:3' is none of the arms; did you mean '0.9.0:2'?")]
    [InlineData(
        "strategy: canary",
        "strategy: abtest\n    share: 0.5\n    arms: [\"0.9.0:2\"]\n    shares: {\"0.9.0:2\": 0.5}",
        "serving.rollout.shares: make 1 of the traffic with share; less than 1 must be left for the champion")]
    [InlineData("0.9.0:2", "newest", "serving.rollout.fallback[1]: 'newest' is not champion or a generation")]
    [InlineData(
        "groups: [region]",
        "groups: [regoin]",
        "evaluation.groups[0]: 'regoin' is not a field that a query can carry; did you mean 'region'?")]
    [InlineData("features: [demand]}", "features: [up]}", "drift.features[0]: 'up' is not a feature of the schema")]
    [InlineData(
        "{min: 0.01, max: 0.3, log: true}",
        "{min: 0, max: 0.3, log: true}",
        "tune.space.eta.min: must be above 0 on the logarithmic scale")]
    [InlineData("{min: 2, max: 8, whole: true}", "{min: 9, max: 8, whole: true}", "tune.space.max_depth.min: is greater than max")]
    [InlineData("{min: 2, max: 8, whole: true}", "{min: 2}", "tune.space.max_depth: needs both min and max")]
    [InlineData("{values: [gbtree, gblinear]}", "{whole: true}", "tune.space.booster: needs either values, or min and max")]
    public void Mistake_is_named_with_its_key(string part, string replacement, string said)
    {
        var yaml = ManifestTexts.With(part, replacement, SelfRunning);
        ManifestParser.Parse(yaml).Errors.Select(error => error.ToString())
            .ShouldContain(error => error.Contains(said), string.Join('\n', ManifestParser.Parse(yaml).Errors));
    }
}
