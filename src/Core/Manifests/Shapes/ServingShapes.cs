using Progeny.Abstractions.Experiments;
using static Progeny.Core.Manifests.Shapes.CommonShapes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>The keys of how queries are answered: <c>serving</c> with its <c>rollout</c>, and <c>augment</c>.</summary>
internal static class ServingShapes
{
    /// <summary>The strategies that compare a figure of the arms.</summary>
    public static readonly string[] Compared = ["canary", "abtest", "bandit"];

    private static readonly ServingManifest ServingStandard = new();
    private static readonly ExperimentSettings RolloutStandard = new();
    private static readonly AugmentManifest AugmentStandard = new() { Name = "", Feed = "", Query = "", Features = [] };

    private static readonly TextShape Generation =
        new($"({Manifest.NamePattern}@)?[0-9][0-9A-Za-z.+-]*:[1-9][0-9]{{0,8}}", "a generation, e.g. 1.2.0:3 or flights@1.2.0:3");

    private static readonly TextShape Fallback = new($"champion|{Generation.Pattern}", "champion or a generation, e.g. 1.2.0:3");

    private static readonly ChoiceShape<BanditPolicy> Policy =
        new("a policy", ("thompson", BanditPolicy.Thompson), ("ucb", BanditPolicy.Ucb), ("epsilon-greedy", BanditPolicy.EpsilonGreedy));

    private static readonly MapShape<CanaryStep> Step = new(keys => new(
        keys.Required("share", Probability, "The challenger's share of the traffic"),
        keys.Required("outcomes", new WholeShape(1), "The challenger's outcomes that the step needs at least"),
        keys.Required("time", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650)),
            "The most time that the step may take")));

    public static readonly MapShape<ExperimentSettings> Rollout = new(keys => new()
    {
        Strategy = keys.Optional("strategy", Choice<RolloutStrategy>("a strategy"),
            "explicit: somebody promotes it; latest: once its gates are passed; the others are experiments", RolloutStandard.Strategy),
        Metric = keys.For(Compared).Optional("metric", Field,
            "The figure that is compared: loss or one of the project's metrics (canary, abtest, bandit)", RolloutStandard.Metric),
        Goal = keys.For(Compared).Optional("goal", Choice<Goal>("a goal"),
            "Whether the less of it the better, or the more", RolloutStandard.Goal),
        Steps = [.. keys.For("canary").Optional("steps", ListOf(Step, min: 1),
            "What a challenger goes through before it is in production (canary)", [])],
        Share = keys.For("abtest").Optional("share", Fraction,
            "The share of the traffic that the challengers without one of their own have together (abtest)", RolloutStandard.Share),
        Shares = [.. keys.For("abtest").Optional("shares", DictionaryOf(Fraction, Generation, min: 1),
            "The share that one of arms has for itself, by generation (abtest)", new Dictionary<string, double>())
            .Select(share => new ArmShare(share.Key, share.Value))],
        Alpha = keys.For("canary", "abtest").Optional("alpha", Fraction,
            "The probability of a verdict where there is no difference (canary, abtest)", RolloutStandard.Alpha),
        Outcomes = keys.For("shadow", "abtest").Optional("outcomes", new WholeShape(1),
            "The outcomes of each arm after which it ends (shadow, abtest)", RolloutStandard.Outcomes),
        Time = keys.For("shadow", "abtest").Optional("time", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650)),
            "The time after which it ends without a verdict (shadow, abtest)", RolloutStandard.Time),
        Policy = keys.For("bandit").Optional("policy", Policy, "How the next weights are chosen (bandit)", RolloutStandard.Policy),
        Discount = keys.For("bandit").Optional("discount", Probability,
            "What an outcome counts after each further one (bandit); 1: for ever", RolloutStandard.Discount),
        Epsilon = keys.For("bandit").Optional("epsilon", Probability,
            "The share that epsilon-greedy leaves to chance (bandit)", RolloutStandard.Epsilon),
        Select = keys.For("select").Optional("select", Text, "SQL over the table generations that yields generation and weight (select)"),
        Generations = keys.For("bandit", "select").Optional("generations", new WholeShape(1, 32),
            "How many of the newest generations take part (bandit, select)", RolloutStandard.Generations),
        Arms = [.. keys.For("abtest", "bandit", "select").Optional("arms", ListOf(Generation, unique: true),
            "Further generations that take part, e.g. 1.2.0:3 or flights@1.2.0:3", [])],
        Sticky = keys.For([.. Compared, "select"]).Optional("sticky", Flag,
            "Whether an entity always meets the same generation; false: each query is drawn by itself (canary, abtest, bandit, select)",
            RolloutStandard.Sticky),
        Fallback = [.. keys.Optional("fallback", ListOf(Fallback, unique: true),
            "Who answers where an arm fails: champion, or generations", RolloutStandard.Fallback)],
    });

    public static readonly MapShape<ServingManifest> Serving = new(keys => new()
    {
        Log = keys.Optional("log", Choice<QueryLogMode>("a log mode"),
            "When a query's record is on disk: fast: within 100 ms after the answer; durable: before it; none: never", ServingStandard.Log),
        LogSample = keys.Optional("log_sample", Probability,
            "The share of the queries whose fields are logged; all else is logged of every query. " +
            "A hash of the query id with a secret of the release decides",
            ServingStandard.LogSample),
        Redact = keys.Optional("redact", ListOf(Text, unique: true), "Fields whose values are never logged", []),
        Retention = keys.Optional("retention", new DurationShape(TimeSpan.FromHours(1), TimeSpan.FromDays(36_500)),
            "How long logged queries are kept", ServingStandard.Retention),
        MaxBatch = keys.Optional("max_batch", new WholeShape(1, 100_000),
            "The most rows that run through the model at once", ServingStandard.MaxBatch),
        MaxWait = keys.Optional("max_wait", new DurationShape(TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            "How long a query may wait for others to share a run", ServingStandard.MaxWait),
        MaxQueue = keys.OptionalValue("max_queue", new WholeShape(1, 1_000_000),
            "The most queries under way at once on a node; past it they are refused (429). Without it, the node's Serving:MaxQueue"),
        Output = keys.Optional("output", Text,
            "The model output that holds the prediction; without it probabilities or value, else the only float output"),
        Threshold = keys.Optional("threshold", Probability,
            "The probability of the positive class from which it is predicted (binary)", ServingStandard.Threshold),
        Rollout = keys.Optional("rollout", Rollout, "How a new generation comes to answer queries", ServingStandard.Rollout),
    });

    public static readonly MapShape<ViewManifest> View = new(keys => new()
    {
        Name = keys.Required("name", Name, "The view's name"),
        Feed = keys.Required("feed", Feed, "The name of a feed that an operator configured"),
        Query = keys.Required("query", Text, "SQL without parameters that yields the history of the features, a row for each change"),
        Keys = keys.Required("keys", ListOf(Field, min: 1, unique: true),
            "The columns that name the entity, in the view, in the source's rows and among a query's fields"),
        KnownAt = keys.Required("known_at", Field, "The column with the time, or whole number, at which a value became known"),
        EventAt = keys.Optional("event_at", Field,
            "The column with the time, or whole number, from which on a value holds; of the values known the one with the latest counts"),
        Features = keys.Required("features", ListOf(Field, min: 1, unique: true), "The columns that are features of the schema"),
        MaxAge = keys.OptionalValue("max_age", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500)),
            "The age past which a value counts as missing; without it values do not age"),
    });

    public static MapShape<AugmentManifest> Augment(IReadOnlyList<Feature> features, IReadOnlyList<ViewManifest> views) => new(keys =>
    {
        var name = keys.Required("name", Name, "The source's name");
        var feed = keys.Optional("feed", Feed, "The name of a feed that an operator configured");
        var query = keys.Optional("query", Text, "SQL that yields at most one row; the query's fields are its parameters (:name)");
        var found = keys.Optional("features", ListOf(Field, min: 1, unique: true), "The features that the SQL yields");
        var viewName = keys.Optional(
            "view", Name, "In place of feed, query and features: the name of a view, whose newest values are taken");
        var view = viewName is null ? null : views.FirstOrDefault(each => each.Name == viewName);
        return new()
        {
            Name = name,
            Feed = view?.Feed ?? feed!,
            Query = view?.Query ?? query!,
            Features = view?.Features ?? found!,
            View = view,
            At = keys.Optional("at", Field,
                "The field of a query that holds the time, or whole number, as of which the view is read; without it now"),
            Cache = keys.Optional("cache", new DurationShape(TimeSpan.Zero, TimeSpan.FromDays(30)),
                "How long an answer of the feed stays good", AugmentStandard.Cache),
            CacheSize = keys.Optional("cache_size", new WholeShape(0, 10_000_000),
                "How many answers are kept at most", AugmentStandard.CacheSize),
            Deadline = keys.Optional("deadline", new DurationShape(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
                "How long a query waits for the feed", AugmentStandard.Deadline),
            Default = keys.Optional("default", FieldValues(features, Field),
                "Values by feature that stand in when the feed has no answer in time", AugmentStandard.Default),
        };
    })
    { OneOf = ["query", "view"] };
}
