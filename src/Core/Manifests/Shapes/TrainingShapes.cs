using static Progeny.Core.Manifests.Shapes.CommonShapes;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>The keys of how models are made: <c>source</c>, <c>pipeline</c>, <c>evaluation</c>, <c>retrain</c> and <c>tune</c>.</summary>
internal static class TrainingShapes
{
    private static readonly SourceManifest SourceStandard = new();
    private static readonly PipelineManifest PipelineStandard = new();
    private static readonly EvaluationManifest EvaluationStandard = new();
    private static readonly TuneManifest TuneStandard = new() { Space = new Dictionary<string, TuneRange>() };

    private static readonly MapShape<TrainingWindow> Window = new(keys => new(
        keys.OptionalValue("rows", new WholeShape(1), "The most rows"),
        keys.OptionalValue("time", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500)),
            "How far back from the last row")))
    { AnyOf = ["rows", "time"] };

    public static readonly MapShape<SourceManifest> Source = new(keys => new()
    {
        Feed = keys.Optional("feed", Feed, "The name of a feed that an operator configured"),
        File = keys.Optional("file", PackageFile, "A file inside the package: CSV, JSON or Parquet; its table has the name up to the first dot"),
        Query = keys.Optional("query", Text, "SQL whose columns include every feature, the label and the ordinal"),
        Ordinal = keys.Optional("ordinal", Field, "The column that orders rows in time"),
        AsOf = keys.Optional("as_of", ListOf(Name, min: 1, unique: true),
            "The names of views whose features are joined to each row as they were known before its ordinal", SourceStandard.AsOf),
        Queries = keys.Optional("queries", Flag,
            "Whether logged queries whose outcome is known are training rows, too, behind those of the query", false),
        Window = keys.Optional("window", Window, "How many of the last rows a training takes; without it all"),
        Timeout = keys.Optional("timeout", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            "The time that reading the rows may take; the node's Trainer:MaxSourceTime bounds it", SourceStandard.Timeout),
        MaxRows = keys.OptionalValue("max_rows", new WholeShape(1),
            "The most rows that are read; more are an error. Without it, the node's Trainer:MaxSourceRows"),
        OnBadRow = keys.Optional("on_bad_row", Choice<BadRowPolicy>("what happens"),
            "What happens when a row does not fit the schema: fail: the training fails; skip: the row is left out, and listed in the job",
            SourceStandard.OnBadRow),
        MaxBadRows = keys.Optional("max_bad_rows", new NumberShape { Min = 0, Max = 1 },
            "The greatest share of rows that are left out (skip); with more the training fails", SourceStandard.MaxBadRows),
        Snapshot = keys.Optional("snapshot", Flag,
            "Whether the rows of each training are kept with its generation", SourceStandard.Snapshot),
    });

    public static readonly MapShape<PipelineManifest> Pipeline = new(keys => new()
    {
        Trainer = keys.Optional("trainer", Choice("a built-in trainer", "xgboost"), "The built-in trainer's name"),
        Command = keys.Optional("command", ListOf(Text, min: 1), "A program and its arguments"),
        Model = keys.Optional("model", PackageFile, "A finished ONNX file inside the package"),
        Parameters = keys.Optional("parameters", DictionaryOf(Free), "Parameters for the trainer", PipelineStandard.Parameters),
        Incremental = keys.Optional("incremental", Flag,
            "Whether a training continues from the state that the last generation left", PipelineStandard.Incremental),
        Timeout = keys.Optional("timeout", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            "The time a training may take", PipelineStandard.Timeout),
        Memory = keys.Optional("memory", new SizeShape(), "The memory a training may take", PipelineStandard.Memory),
        Seed = keys.Optional("seed", new WholeShape(0), "The seed of all randomness in training", PipelineStandard.Seed),
    })
    { OneOf = ["trainer", "command", "model"] };

    public static readonly MapShape<EvaluationManifest> Evaluation = new(keys => new()
    {
        Method = keys.Optional("method", Choice<EvaluationMethod>("an evaluation method"),
            "holdout: the last rows in time are held out; kfold: each of the folds once", EvaluationStandard.Method),
        Fraction = keys.Optional("fraction", Fraction, "The share of the rows held out (holdout)", EvaluationStandard.Fraction),
        Folds = keys.Optional("folds", new WholeShape(2, 100), "The number of folds (kfold)", EvaluationStandard.Folds),
        Refit = keys.Optional("refit", Flag,
            "Whether the model is trained once more on all rows after the evaluation", EvaluationStandard.Refit),
        Every = keys.OptionalValue("every", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            "The time between two evaluations of what was served"),
        Groups = keys.Optional("groups", ListOf(Field, unique: true), "Fields by whose values fairness is checked", []),
    });

    public static readonly MapShape<RetrainManifest> Retrain = new(keys => new()
    {
        Every = keys.OptionalValue("every", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            "The time between trainings"),
        When = keys.Optional("when", Text, "SQL over the project's metrics that asks for a training when it is true"),
    })
    { AnyOf = ["every", "when"] };

    private static readonly MapShape<TuneRange> Range = new(keys => new()
    {
        Values = keys.Optional("values", ListOf(Free, min: 1), "The values, one of which is drawn")!,
        Min = keys.OptionalValue("min", Number, "The least number") ?? 0,
        Max = keys.OptionalValue("max", Number, "The greatest number") ?? 0,
        Whole = keys.Optional("whole", Flag, "Whether only whole numbers are drawn", false),
        Log = keys.Optional("log", Flag, "Whether numbers are drawn evenly on the logarithmic scale", false),
    });

    public static readonly MapShape<TuneManifest> Tune = new(keys => new()
    {
        Method = keys.Optional("method", Choice<TuneMethod>("a method"),
            "random: every trial gets all rows; halving: the better half of the trials goes on with twice as many", TuneStandard.Method),
        Trials = keys.Optional("trials", new WholeShape(1, 10_000), "The number of sets of parameters that are tried", TuneStandard.Trials),
        Parallel = keys.Optional("parallel", new WholeShape(1, 256),
            "How many trials run at once, where the node has room for them", TuneStandard.Parallel),
        Metric = keys.Optional("metric", Text, "The metric of the evaluation that decides; without it logLoss, or rmse of a regression"),
        Space = keys.Required("space", DictionaryOf(Range, min: 1), "What is tried, by the name of the trainer's parameter"),
    });
}
