using System.Globalization;
using System.Text.Json.Nodes;
using Progeny.Core.Datasets;

namespace Progeny.Trainer.Settings;

/// <summary>The contents of <c>parameters.json</c>, checked.</summary>
public sealed record TrainerSettings
{
    /// <summary><c>gbtree</c>, <c>dart</c> or <c>gblinear</c>.</summary>
    public required string Booster { get; init; }

    public required Objective Objective { get; init; }

    /// <summary>The rounds to train, on top of those of the state that an incremental training starts from.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Stop when the validation metric has not improved for this many rounds, and keep the best round's model; 0: never.</summary>
    public int EarlyStoppingRounds { get; init; }

    /// <summary>The share of the rows, the last ones, that is not trained on but evaluated each round.</summary>
    public double ValidationFraction { get; init; }

    public CategoryEncoding Encoding { get; init; }

    /// <summary>Under <see cref="CategoryEncoding.Auto"/>, the most categories that a one-hot encoding may have.</summary>
    public int MaxOneHot { get; init; } = 16;

    /// <summary>The weight of the overall mean in a category's mean target, in rows.</summary>
    public double EncodingSmoothing { get; init; } = 10;

    /// <summary>
    /// Evaluation metrics by their names in the library; the last one decides early stopping. Empty: the objective's own.
    /// </summary>
    public IReadOnlyList<string> EvaluationMetrics { get; init; } = [];

    /// <summary>1 or -1 by feature name.</summary>
    public JsonObject? MonotoneConstraints { get; init; }

    /// <summary>Lists of the names of features that may be used together.</summary>
    public JsonArray? InteractionConstraints { get; init; }

    /// <summary>
    /// The threads to train with, those of the environment where the parameters do not say; 0: all cores. Another number adds in another
    /// order, so the model differs in the last digits.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Everything that goes to the library as it is.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Native { get; init; }

    public bool IsLinear => Booster == "gblinear";

    /// <exception cref="TrainerException">A parameter is unknown or has a value that it cannot have.</exception>
    public static TrainerSettings Parse(JsonObject parameters, TrainerSchema schema)
    {
        var values = new ParameterReader(parameters);
        var booster = values.OneOf("booster", KnownParameters.Boosters) ?? "gbtree";
        foreach (var (name, _) in parameters)
            KnownParameters.Check(name, booster);
        if (parameters.ContainsKey("rounds") && parameters.ContainsKey("num_boost_round"))
            throw new TrainerException("parameters 'rounds' and 'num_boost_round' are two names of one thing; give one of them");

        var stop = values.Whole("early_stopping_rounds", 0, int.MaxValue) ?? 0;
        var fraction = values.Number("validation_fraction", 0, 0.9) ?? (stop > 0 ? 0.1 : 0);
        if (stop > 0 && fraction == 0)
            throw new TrainerException(
                "parameter 'early_stopping_rounds' needs rows to evaluate on: give a 'validation_fraction' above 0, e.g. 0.1");

        return new TrainerSettings
        {
            Booster = booster,
            Objective = Objectives.Find(values.Text("objective"), schema.Task),
            Rounds = values.Whole("rounds", 1, 1_000_000) ?? values.Whole("num_boost_round", 1, 1_000_000) ?? 100,
            EarlyStoppingRounds = stop,
            ValidationFraction = fraction,
            Encoding = Enum.Parse<CategoryEncoding>(
                values.OneOf("encoding", [.. Enum.GetNames<CategoryEncoding>().Select(n => n.ToLowerInvariant())]) ?? "auto",
                ignoreCase: true),
            MaxOneHot = values.Whole("max_onehot", 0, 100_000) ?? 16,
            EncodingSmoothing = values.Number("encoding_smoothing", 0, 1e9) ?? 10,
            EvaluationMetrics = values.Texts("eval_metric"),
            MonotoneConstraints = values.Map("monotone_constraints"),
            InteractionConstraints = values.List("interaction_constraints"),
            Threads = values.Whole("nthread", 0, 1024) ?? ThreadsOfEnvironment,
            Native = [.. Defaults(parameters, booster), .. values.Rest(KnownParameters.Own)],
        };
    }

    /// <summary>What the node lets a trainer use; 0: it does not say.</summary>
    static int ThreadsOfEnvironment =>
        int.TryParse(
            Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var threads)
                ? threads
                : 0;

    static IEnumerable<KeyValuePair<string, string>> Defaults(JsonObject parameters, string booster)
    {
        if (!parameters.ContainsKey("nthread") && ThreadsOfEnvironment is > 0 and var threads)
            yield return KeyValuePair.Create("nthread", threads.ToString(CultureInfo.InvariantCulture));
        if (!parameters.ContainsKey("verbosity"))
            yield return KeyValuePair.Create("verbosity", "1");
        // The library's default for gblinear, shotgun, updates weights from several threads at once: another model each time.
        if (booster == "gblinear" && !parameters.ContainsKey("updater"))
            yield return KeyValuePair.Create("updater", "coord_descent");
        if (booster != "gblinear" && !parameters.ContainsKey("tree_method") && !parameters.ContainsKey("updater"))
            yield return KeyValuePair.Create("tree_method", "hist");
    }
}
