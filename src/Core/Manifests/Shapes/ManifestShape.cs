using System.Text.Json.Nodes;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>The keys of a manifest: the one description behind the parser, the JSON schema and the check of docs/manifest.md.</summary>
internal static class ManifestShape
{
    private const string FieldPattern = "[A-Za-z_][A-Za-z0-9_]{0,62}";

    private static readonly TextShape Text = new();
    private static readonly FlagShape Flag = new();
    private static readonly FreeShape Free = new();
    private static readonly TextShape Field = new(FieldPattern, "a field's name: letters, digits and _; no digit first; at most 63");
    private static readonly TextShape Feed = new("[A-Za-z0-9][A-Za-z0-9_-]{0,62}", "a feed's name: letters, digits, - and _; at most 63");
    private static readonly TextShape Label = new("[^\\x00-\\x1f\\x7f]{1,80}", "a short name on one line, of at most 80 characters");
    private static readonly TextShape Path = new() { Further = PackagePath.Problem };
    private static readonly TextShape Generation = new("(" + Manifest.NamePattern + "@)?[0-9][0-9A-Za-z.+-]*:[1-9][0-9]{0,8}", "a generation, e.g. 1.2.0:3 or flights@1.2.0:3");
    private static readonly TextShape Fallback = new($"champion|{Generation.Pattern}", "champion or a generation, e.g. 1.2.0:3");
    private static readonly NumberShape Probability = new() { Min = 0, Max = 1 };

    private static readonly EvaluationManifest Evaluation = new();
    private static readonly ServingManifest Serving = new();
    private static readonly SourceManifest Source = new();
    private static readonly PipelineManifest Pipeline = new();
    private static readonly OutcomesManifest Outcomes = new() { Feed = "", Query = "" };
    private static readonly DriftManifest Drift = new();
    private static readonly TuneManifest Tune = new() { Space = new Dictionary<string, TuneRange>() };
    private static readonly RolloutManifest Rollout = new();
    private static readonly AugmentManifest Augment = new() { Name = "", Feed = "", Query = "", Features = [] };

    public static MapShape Root { get; } = new(
        new("name", new TextShape(Manifest.NamePattern, Manifest.NameHint), "The project's name") { Required = true },
        new("version", new TextShape(ReleaseVersions.Pattern, ReleaseVersions.Hint) { Further = ReleaseVersions.Problem }, "The release's semantic version; it must grow") { Required = true },
        new("description", new TextShape { AllowEmpty = true }, "What the project is for") { Default = JsonValue.Create("") },
        new("task", Choice<MachineLearningTask>("a task"), "What is predicted: one of two classes, one of several, or a number") { Required = true },
        new("schema", SchemaShape(), "The fields that a query carries"),
        new("label", LabelShape(), "The column that a model learns to predict"),
        new("entity", Field, "The feature or query field that identifies who is asked about; the same entity meets the same generation"),
        new("source", new WordOrMapShape("queries", SourceShape()), "Where training rows come from; queries: only from the query log"),
        new("outcomes", OutcomesShape(), "Where outcomes are pulled from"),
        new("pipeline", PipelineShape(), "How a model is made") { Required = true },
        new("evaluation", EvaluationShape(), "How a newly trained model is evaluated"),
        new("serving", ServingShape(), "How predictions are served"),
        new("augment", new ListShape(AugmentShape()), "Sources of features that a query left out"),
        new("retrain", RetrainShape(), "When the project is trained again without being asked"),
        new("tune", TuneShape(), "How the trainer's parameters are searched for"),
        new("drift", DriftShape(), "When features or predictions count as drifted from the training rows"),
        new("alerts", new ListShape(AlertShape()), "Conditions that somebody wants to hear of"),
        new("rules", new ListShape(RuleShape()), "The project's own rules around the model"),
        new("metrics", new ListShape(MetricShape()), "Metrics of the project's own over predictions whose outcome is known"),
        new("gates", new ListShape(GateShape()), "Conditions that a generation must meet to enter a stage"),
        new("tests", new ListShape(TestShape()), "Queries and what must be true of their predictions"));

    private static MapShape SchemaShape() => new(
        new MapKey("features", new ListShape(FeatureShape(), min: 1), "The features, in the model's order") { Required = true });

    private static MapShape FeatureShape() => new(
        new("name", Field, "The feature's name") { Required = true },
        new("type", Choice<FeatureType>("a feature type"), "The feature's type") { Required = true },
        new("nullable", Flag, "Whether the value may be missing") { Default = JsonValue.Create(false) },
        new("min", new NumberShape(), "The least value allowed (float, int)"),
        new("max", new NumberShape(), "The greatest value allowed (float, int)"),
        new("values", new ListShape(Text, min: 1, unique: true), "The values allowed (category); without it any, and one unseen in training counts as missing"),
        new("description", new TextShape { AllowEmpty = true }, "What the feature means") { Default = JsonValue.Create("") });

    private static MapShape LabelShape() => new(
        new("name", Field, "The column of the training rows that holds the truth") { Required = true },
        new("classes", new ListShape(Text, min: 2, unique: true), "The classes as their text in the data; binary: two, the positive one last; regression: none"));

    private static MapShape SourceShape() => new(
        new("feed", Feed, "The name of a feed that an operator configured"),
        new("file", Path, "A CSV file inside the package; its table is named after the file without the extension"),
        new("query", Text, "SQL whose columns include every feature, the label and the ordinal"),
        new("ordinal", Field, "The column that orders rows in time"),
        new("queries", Flag, "Whether logged queries whose outcome is known are training rows, too, behind those of the query") { Default = JsonValue.Create(false) },
        new("window", WindowShape(), "How many of the last rows a training takes; without it all"),
        new("timeout", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), "The time that reading the rows may take; the node's Trainer:MaxSourceTime bounds it") { Default = Duration(Source.Timeout) },
        new("max_rows", new NumberShape { Whole = true, Min = 1, Max = int.MaxValue }, "The most rows that are read; more are an error. Without it, the node's Trainer:MaxSourceRows"));

    private static MapShape WindowShape() => new(
        new("rows", new NumberShape { Whole = true, Min = 1, Max = int.MaxValue }, "The most rows"),
        new("time", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500)), "How far back from the last row"))
    { AnyOf = ["rows", "time"] };

    private static MapShape OutcomesShape() => new(
        new("feed", Feed, "The name of a feed that an operator configured") { Required = true },
        new("query", Text, "SQL that yields query_id (or the entity and at, a time), outcome and, where it knows, observed_at") { Required = true },
        new("watermark", Field, "The column of the query that grows with every row that is new or changed; only rows from the last one known on are read"),
        new("every", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), "The time between two looks at the feed") { Default = Duration(Outcomes.Every) },
        new("match_within", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500)), "Without query_id: how long before the time of an outcome its query was answered at most") { Default = Duration(Outcomes.MatchWithin) });

    private static MapShape PipelineShape() => new(
        new("trainer", new ChoiceShape("a built-in trainer", "xgboost"), "The built-in trainer's name"),
        new("command", new ListShape(Text, min: 1), "A program and its arguments"),
        new("model", Path, "A finished ONNX file inside the package"),
        new("parameters", new DictionaryShape(Free), "Parameters for the trainer"),
        new("incremental", Flag, "Whether a training continues from the state that the last generation left") { Default = JsonValue.Create(Pipeline.Incremental) },
        new("timeout", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), "The time a training may take") { Default = Duration(Pipeline.Timeout) },
        new("memory", new SizeShape(), "The memory a training may take") { Default = JsonValue.Create(ManifestUnits.FormatSize(Pipeline.Memory)) },
        new("seed", new NumberShape { Whole = true, Min = 0, Max = int.MaxValue }, "The seed of all randomness in training") { Default = JsonValue.Create(Pipeline.Seed) })
    { OneOf = ["trainer", "command", "model"] };

    private static MapShape EvaluationShape() => new(
        new("method", Choice<EvaluationMethod>("an evaluation method"), "holdout: the last rows in time are held out; kfold: each of the folds once") { Default = Word(Evaluation.Method) },
        new("fraction", new NumberShape { Min = 0, Max = 1, Exclusive = true }, "The share of the rows held out (holdout)") { Default = JsonValue.Create(Evaluation.Fraction) },
        new("folds", new NumberShape { Whole = true, Min = 2, Max = 100 }, "The number of folds (kfold)") { Default = JsonValue.Create(Evaluation.Folds) },
        new("refit", Flag, "Whether the model is trained once more on all rows after the evaluation") { Default = JsonValue.Create(Evaluation.Refit) },
        new("every", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)), "The time between two evaluations of what was served"),
        new("groups", new ListShape(Field, unique: true), "Fields by whose values fairness is looked at"));

    private static MapShape ServingShape() => new(
        new("log", Choice<QueryLogMode>("a log mode"), "When a query's record is on disk: fast: within 100 ms after the answer; durable: before it; none: never") { Default = Word(Serving.Log) },
        new("log_sample", Probability, "The share of the queries whose fields are logged; all else is logged of every query. A hash of the query id with a secret of the release decides") { Default = JsonValue.Create(Serving.LogSample) },
        new("redact", new ListShape(Text, unique: true), "Fields whose values are never logged"),
        new("retention", new DurationShape(TimeSpan.FromHours(1), TimeSpan.FromDays(36_500)), "How long logged queries are kept") { Default = Duration(Serving.Retention) },
        new("max_batch", new NumberShape { Whole = true, Min = 1, Max = 100_000 }, "The most rows that run through the model at once") { Default = JsonValue.Create(Serving.MaxBatch) },
        new("max_wait", new DurationShape(TimeSpan.Zero, TimeSpan.FromSeconds(10)), "How long a query may wait for others to share a run") { Default = Duration(Serving.MaxWait) },
        new("max_queue", new NumberShape { Whole = true, Min = 1, Max = 1_000_000 }, "The most queries under way at once on a node; past it they are refused (429). Without it, the node's Serving:MaxQueue"),
        new("output", Text, "The model output that holds the prediction; without it probabilities or value, else the only float output"),
        new("threshold", Probability, "The probability of the positive class from which it is predicted (binary)") { Default = JsonValue.Create(Serving.Threshold) },
        new("rollout", RolloutShape(), "How a new generation comes to answer queries"));

    private static MapShape RolloutShape() => new(
        new("strategy", Choice<RolloutStrategy>("a strategy"), "explicit: somebody promotes it; latest: once its gates are passed; the others are experiments") { Default = Word(Rollout.Strategy) },
        new("metric", Field, "The figure that is compared: loss or one of the project's metrics (canary, abtest, bandit)") { Default = JsonValue.Create(Rollout.Metric) },
        new("goal", Choice<Goal>("a goal"), "Whether the less of it the better, or the more") { Default = Word(Rollout.Goal) },
        new("steps", new ListShape(CanaryStepShape(), min: 1), "What a challenger goes through before it is in charge (canary)"),
        new("share", new NumberShape { Min = 0, Max = 1, Exclusive = true }, "The share of the traffic that the challengers without one of their own have together (abtest)") { Default = JsonValue.Create(Rollout.Share) },
        new("shares", new DictionaryShape(new NumberShape { Min = 0, Max = 1, Exclusive = true }, Generation, min: 1), "The share that one of arms has for itself, by generation (abtest)"),
        new("alpha", new NumberShape { Min = 0, Max = 1, Exclusive = true }, "The probability of a verdict where there is no difference (canary, abtest)") { Default = JsonValue.Create(Rollout.Alpha) },
        new("outcomes", new NumberShape { Whole = true, Min = 1, Max = int.MaxValue }, "The outcomes of each arm after which it ends (shadow, abtest)") { Default = JsonValue.Create(Rollout.Outcomes) },
        new("time", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650)), "The time after which it ends without a verdict (shadow, abtest)") { Default = Duration(Rollout.Time) },
        new("policy", new ChoiceShape("a policy", "thompson", "ucb", "epsilon-greedy"), "How the next weights are chosen (bandit)") { Default = JsonValue.Create("thompson") },
        new("discount", new NumberShape { Min = 0, Max = 1 }, "What an outcome counts after each further one (bandit); 1: for ever") { Default = JsonValue.Create(Rollout.Discount) },
        new("epsilon", Probability, "The share that epsilon-greedy leaves to chance (bandit)") { Default = JsonValue.Create(Rollout.Epsilon) },
        new("select", Text, "SQL over the table generations that yields generation and weight (select)"),
        new("generations", new NumberShape { Whole = true, Min = 1, Max = 32 }, "How many of the newest generations take part (bandit, select)") { Default = JsonValue.Create(Rollout.Generations) },
        new("arms", new ListShape(Generation, unique: true), "Further generations that take part, e.g. 1.2.0:3 or flights@1.2.0:3"),
        new("sticky", Flag, "Whether an entity always meets the same generation; false: each query is drawn by itself (canary, abtest, bandit, select)") { Default = JsonValue.Create(Rollout.Sticky) },
        new("fallback", new ListShape(Fallback, unique: true), "Who answers where an arm fails: champion, or generations"));

    private static MapShape CanaryStepShape() => new(
        new("share", new NumberShape { Min = 0, Max = 1 }, "The challenger's share of the traffic") { Required = true },
        new("outcomes", new NumberShape { Whole = true, Min = 1, Max = int.MaxValue }, "The challenger's outcomes that the step needs at least") { Required = true },
        new("time", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650)), "The most time that the step may take") { Required = true });

    private static MapShape AugmentShape() => new(
        new("name", Label, "The source's name") { Required = true },
        new("feed", Feed, "The name of a feed that an operator configured") { Required = true },
        new("query", Text, "SQL that yields at most one row; the query's fields are its parameters (:name)") { Required = true },
        new("features", new ListShape(Field, min: 1, unique: true), "The features that the SQL yields") { Required = true },
        new("cache", new DurationShape(TimeSpan.Zero, TimeSpan.FromDays(30)), "How long an answer of the feed stays good") { Default = Duration(Augment.Cache) },
        new("cache_size", new NumberShape { Whole = true, Min = 0, Max = 10_000_000 }, "How many answers are kept at most") { Default = JsonValue.Create(Augment.CacheSize) },
        new("deadline", new DurationShape(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)), "How long a query waits for the feed") { Default = Duration(Augment.Deadline) },
        new("default", new DictionaryShape(Free, Field), "Values by feature that stand in when the feed has no answer in time"));

    private static MapShape RetrainShape() => new(
        new("every", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)), "The time between trainings"),
        new("when", Text, "SQL over the project's metrics that asks for a training when it is true"))
    { AnyOf = ["every", "when"] };

    private static MapShape TuneShape() => new(
        new("method", Choice<TuneMethod>("a method"), "random: every trial gets all rows; halving: the better half of the trials goes on with twice as many") { Default = Word(Tune.Method) },
        new("trials", new NumberShape { Whole = true, Min = 1, Max = 10_000 }, "The number of sets of parameters that are tried") { Default = JsonValue.Create(Tune.Trials) },
        new("parallel", new NumberShape { Whole = true, Min = 1, Max = 256 }, "How many trials run at once, where the node has room for them") { Default = JsonValue.Create(Tune.Parallel) },
        new("metric", Text, "The metric of the evaluation that decides; without it logLoss, or rmse of a regression"),
        new("space", new DictionaryShape(TuneRangeShape(), min: 1), "What is tried, by the name of the trainer's parameter") { Required = true });

    private static MapShape TuneRangeShape() => new(
        new("values", new ListShape(Free, min: 1), "The values, one of which is drawn"),
        new("min", new NumberShape(), "The least number"),
        new("max", new NumberShape(), "The greatest number"),
        new("whole", Flag, "Whether only whole numbers are drawn") { Default = JsonValue.Create(false) },
        new("log", Flag, "Whether numbers are drawn evenly on the logarithmic scale") { Default = JsonValue.Create(false) });

    private static MapShape DriftShape() => new(
        new("psi", new NumberShape { Min = 0, Max = 100 }, "The population stability index from which a difference matters") { Default = JsonValue.Create(Drift.Psi) },
        new("rows", new NumberShape { Whole = true, Min = 100, Max = 10_000_000 }, "The number of newest queries that are compared with the training rows") { Default = JsonValue.Create(Drift.Rows) },
        new("false_alarms", new NumberShape { Min = 0, Max = 1, Exclusive = true }, "The probability that a generation whose queries never change is ever said to drift") { Default = JsonValue.Create(Drift.FalseAlarms) },
        new("features", new ListShape(Field, unique: true), "The features that are watched; without it all"));

    private static MapShape AlertShape() => new(
        new("name", Label, "The alert's name") { Required = true },
        new("when", Text, "SQL over the figures of the generation in charge, true while there is something to be told") { Required = true },
        new("webhook", Feed, "The name of a webhook that an operator configured; without it the alert is only shown"));

    private static MapShape RuleShape() => new(
        new("name", Label, "The rule's name") { Required = true },
        new("at", Choice<RulePosition>("a position"), "Whether the rule runs before the model or after it") { Required = true },
        new("when", Text, "SQL expression, true where the rule fires") { Required = true },
        new("then", RuleActionShape(), "What happens when the rule fires") { Required = true });

    private static MapShape RuleActionShape() => new(
        new("refuse", Text, "The message with which the query is refused"),
        new("answer", Text, "SQL expression whose value is the prediction"),
        new("set", new DictionaryShape(Text, Field, min: 1), "SQL expressions by the feature that they replace (before only)"))
    { OneOf = ["refuse", "answer", "set"] };

    private static MapShape MetricShape() => new(
        new("name", Field, "The metric's name") { Required = true },
        new("value", Text, "SQL expression over one query's fields, its prediction and its outcome; the metric is its mean") { Required = true });

    private static MapShape GateShape() => new(
        new("name", Label, "The gate's name") { Required = true },
        new("before", new ChoiceShape("a stage with a gate", Name(Stage.Shadow), Name(Stage.Challenger), Name(Stage.Champion)), "The stage that the gate guards") { Required = true },
        new("when", Text, "SQL over the figures of the generation and, as champion.name, of the champion") { Required = true });

    private static MapShape TestShape() => new(
        new("name", Label, "The test's name") { Required = true },
        new("given", new DictionaryShape(Free), "Values by field, as a query would carry them") { Required = true },
        new("expect", ExpectShape(), "What must be true of the prediction") { Required = true });

    private static MapShape ExpectShape() => new(
        new("label", Text, "The class predicted"),
        new("probability", new DictionaryShape(BoundsShape(Probability), min: 1), "Bounds, inclusive, by class"),
        new("value", BoundsShape(new NumberShape()), "Bounds, inclusive, of a regression's value"),
        new("error", Text, "A part of the message with which the query must be refused"))
    { AnyOf = ["label", "probability", "value", "error"] };

    private static MapShape BoundsShape(NumberShape number) => new(
        new("min", number, "The least value allowed"),
        new("max", number, "The greatest value allowed"))
    { AnyOf = ["min", "max"] };

    private static ChoiceShape Choice<T>(string what)
        where T : struct, Enum => new(what, [.. Enum.GetValues<T>().Select(Name)]);

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static JsonValue Word<T>(T value)
        where T : struct, Enum => JsonValue.Create(Name(value));

    private static JsonValue Duration(TimeSpan value) => JsonValue.Create(ManifestUnits.Format(value));
}
