using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using static Progeny.Core.Manifests.Shapes.CommonShapes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>
/// The keys of a manifest, each declared once: the parser, the JSON schema and the check of docs/manifest.md follow from it. This is the
/// manifest as a whole and its shorter parts.
/// </summary>
internal static class ManifestShape
{
    private static readonly TextShape ProjectName = new(Manifest.NamePattern, Manifest.NameHint);
    private static readonly OutcomesManifest OutcomesStandard = new() { Feed = "", Query = "" };
    private static readonly DriftManifest DriftStandard = new();
    private static readonly GateManifest GateStandard = new() { Name = "", Before = Stage.Champion };
    private static readonly HookManifest HookStandard = new() { On = HookEvent.Rollback, Webhook = "" };

    private static readonly ChoiceShape<HookEvent> On = new(
        "a step",
        ("before_rollout", HookEvent.BeforeRollout),
        ("before_promotion", HookEvent.BeforePromotion),
        ("rollback", HookEvent.Rollback));

    private static readonly MapShape<Feature> Feature = new(keys => new()
    {
        Name = keys.Required("name", Field, "The feature's name"),
        Type = keys.Required("type", Choice<FeatureType>("a feature type"), "The feature's type"),
        Nullable = keys.Optional("nullable", Flag, "Whether the value may be missing", false),
        Min = keys.OptionalValue("min", Number, "The least value allowed (float, int)"),
        Max = keys.OptionalValue("max", Number, "The greatest value allowed (float, int)"),
        Values = keys.Optional("values", ListOf(Text, min: 1, unique: true),
            "The values allowed (category); without it any, and one unseen in training counts as missing"),
        Description = keys.Optional("description", Description, "What the feature means", ""),
    });

    private static readonly MapShape<IReadOnlyList<Feature>> Schema = new(keys =>
        keys.Required("features", ListOf(Feature, min: 1), "The features, in the model's order"));

    private static readonly MapShape<LabelManifest> Label = new(keys => new()
    {
        Name = keys.Required("name", Field, "The column of the training rows that holds the truth"),
        Classes = keys.Optional("classes", ListOf(Text, min: 2, unique: true),
            "The classes as their text in the data; binary: two, the positive one last; regression: none", []),
    });

    private static readonly MapShape<OutcomesManifest> Outcomes = new(keys => new()
    {
        Feed = keys.Required("feed", Feed, "The name of a feed that an operator configured"),
        Query = keys.Required("query", Text,
            "SQL that yields query_id (or the entity and at, a time), outcome and, where it knows, observed_at"),
        Watermark = keys.Optional("watermark", Field,
            "The column of the query that grows with every row that is new or changed; only rows from the last one known on are read"),
        Every = keys.Optional("every", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
            "The time between two checks of the feed", OutcomesStandard.Every),
        MatchWithin = keys.Optional("match_within", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500)),
            "Without query_id: how long before the time of an outcome its query was answered at most", OutcomesStandard.MatchWithin),
    });

    private static readonly MapShape<DriftManifest> Drift = new(keys => new()
    {
        Psi = keys.Optional("psi", new NumberShape { Min = 0, Max = 100 },
            "The population stability index from which a difference matters", DriftStandard.Psi),
        Rows = keys.Optional("rows", new WholeShape(100, 10_000_000),
            "The number of newest queries that are compared with the training rows", DriftStandard.Rows),
        FalseAlarms = keys.Optional("false_alarms", Fraction,
            "The probability that a generation whose queries never change is ever said to drift", DriftStandard.FalseAlarms),
        Features = keys.Optional("features", ListOf(Field, unique: true), "The features that are watched; without it all"),
    });

    private static readonly MapShape<AlertManifest> Alert = new(keys => new()
    {
        Name = keys.Required("name", Name, "The alert's name"),
        When = keys.Required(
            "when", Text, "SQL over the figures of the generation in production, true while there is something to be told"),
        Webhook = keys.Optional("webhook", Feed, "The name of a webhook that an operator configured; without it the alert is only shown"),
    });

    private static readonly MapShape<RuleAction> RuleAction = new(keys => new()
    {
        Refuse = keys.Optional("refuse", Text, "The message with which the query is refused"),
        Answer = keys.Optional("answer", Text, "SQL expression whose value is the prediction"),
        Set = keys.Optional("set", DictionaryOf(Text, Field, min: 1), "SQL expressions by the feature that they replace (before only)"),
    })
    { OneOf = ["refuse", "answer", "set"] };

    private static readonly MapShape<RuleManifest> Rule = new(keys => new()
    {
        Name = keys.Required("name", Name, "The rule's name"),
        At = keys.Required("at", Choice<RulePosition>("a position"), "Whether the rule runs before the model or after it"),
        When = keys.Required("when", Text, "SQL expression, true where the rule fires"),
        Then = keys.Required("then", RuleAction, "What happens when the rule fires"),
    });

    private static readonly MapShape<MetricManifest> Metric = new(keys => new()
    {
        Name = keys.Required("name", Field, "The metric's name"),
        Value = keys.Required("value", Text,
            "SQL expression over one query's fields, its prediction and its outcome; the metric is its mean"),
    });

    private static readonly MapShape<GateManifest> Gate = new(keys => new()
    {
        Name = keys.Required("name", Name, "The gate's name"),
        Before = keys.Required("before", Choice("a stage with a gate", Stage.Shadow, Stage.Challenger, Stage.Champion),
            "The stage that the gate guards"),
        When = keys.Optional(
            "when", Text, "SQL over the figures of the generation and, as champion.name, of the champion; it must be true"),
        Approval = keys.Optional("approval", Choice("a role", "viewer", "developer", "operator", "admin"),
            "The role of the person who must approve, with a reason; whoever asked for the promotion may not"),
        Within = keys.Optional("within", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
            "How long the person has; then the generation is refused (approval only)", GateStandard.Within),
    })
    { AnyOf = ["when", "approval"] };

    private static readonly MapShape<HookManifest> Hook = new(keys => new()
    {
        On = keys.Required("on", On, "The step at which it is called"),
        Webhook = keys.Required("webhook", Feed, "The name of a webhook that an operator configured"),
        Timeout = keys.Optional("timeout", new DurationShape(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20)),
            "How long it may take to answer", HookStandard.Timeout),
        OnFailure = keys.Optional("on_failure", Choice<HookFailure>("a consequence"),
            "What happens when it does not answer in time (before_rollout, before_promotion); a rollback is never held up", HookStandard.OnFailure),
    });

    private static readonly MapShape<TestExpectation> Expectation = new(keys => new()
    {
        Label = keys.Optional("label", Text, "The class predicted"),
        Probability = keys.Optional("probability", DictionaryOf(BoundsOf(Probability), min: 1), "Bounds, inclusive, by class",
            new Dictionary<string, Bounds>()),
        Value = keys.Optional("value", BoundsOf(Number), "Bounds, inclusive, of a regression's value"),
        Error = keys.Optional("error", Text, "A part of the message with which the query must be refused"),
    })
    { AnyOf = ["label", "probability", "value", "error"] };

    public static readonly MapShape<Manifest> Root = new(keys =>
    {
        // Values of augmentations and tests are bound by the types of the features, and augmentations name views.
        IReadOnlyList<Feature> features;
        IReadOnlyList<ViewManifest> views;
        return new Manifest
        {
            Name = keys.Required("name", ProjectName, "The project's name"),
            Version = keys.Required("version", new VersionShape(), "The release's semantic version; it must grow"),
            Description = keys.Optional("description", Description, "What the project is for", ""),
            Task = keys.Required("task", Choice<MachineLearningTask>("a task"),
                "What is predicted: one of two classes, one of several, or a number"),
            Features = features = keys.Optional("schema", Schema, "The fields that a query carries", []),
            Label = keys.Optional("label", Label, "The column that a model learns to predict"),
            Entity = keys.Optional("entity", Field,
                "The feature or query field that identifies who is asked about; the same entity meets the same generation"),
            Views = views = keys.Optional("views", ListOf(ServingShapes.View),
                "Feature views: histories of an entity's features, which trainings join as of each row and serving reads as of now", []),
            Source = keys.Optional("source", new WordOrMapShape<SourceManifest>("queries", new() { Queries = true }, TrainingShapes.Source),
                "Where training rows come from; queries: only from the query log"),
            Outcomes = keys.Optional("outcomes", Outcomes, "Where outcomes are pulled from"),
            Pipeline = keys.Required("pipeline", TrainingShapes.Pipeline, "How a model is made"),
            Evaluation = keys.Optional("evaluation", TrainingShapes.Evaluation, "How a newly trained model is evaluated", new()),
            Serving = keys.Optional("serving", ServingShapes.Serving, "How predictions are served", new()),
            Augment = keys.Optional(
                "augment", ListOf(ServingShapes.Augment(features, views)), "Sources of features that a query left out", []),
            Retrain = keys.Optional("retrain", TrainingShapes.Retrain, "When the project is trained again without being asked"),
            Tune = keys.Optional("tune", TrainingShapes.Tune, "How the trainer's parameters are searched for"),
            Drift = keys.Optional("drift", Drift, "When features or predictions count as drifted from the training rows", new()),
            Alerts = keys.Optional("alerts", ListOf(Alert), "Conditions that somebody wants to hear of", []),
            Rules = keys.Optional("rules", ListOf(Rule), "The project's own rules around the model", []),
            Metrics = keys.Optional("metrics", ListOf(Metric), "Metrics of the project's own over predictions whose outcome is known", []),
            Gates = keys.Optional(
                "gates", ListOf(Gate), "Conditions that a generation must meet to enter a stage, and approvals that it needs", []),
            Hooks = keys.Optional("hooks", ListOf(Hook), "Webhooks that are called at steps of a rollout and may refuse them", []),
            Tests = keys.Optional("tests", ListOf(Test(features)), "Queries and what must be true of their predictions", []),
        };
    });

    private static MapShape<TestManifest> Test(IReadOnlyList<Feature> features) => new(keys => new()
    {
        Name = keys.Required("name", Name, "The test's name"),
        Given = keys.Required("given", FieldValues(features), "Values by field, as a query would carry them"),
        Expect = keys.Required("expect", Expectation, "What must be true of the prediction"),
    });

    private static MapShape<Bounds> BoundsOf(NumberShape number) => new(keys => new(
        keys.OptionalValue("min", number, "The least value allowed"),
        keys.OptionalValue("max", number, "The greatest value allowed")))
    { AnyOf = ["min", "max"] };
}
