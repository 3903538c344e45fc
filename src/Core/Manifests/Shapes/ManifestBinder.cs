using NuGet.Versioning;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>Turns nodes that passed every check into the manifest.</summary>
internal static class ManifestBinder
{
    public static Manifest Bind(ManifestNode root)
    {
        var features = List(root["schema"]?["features"], BindFeature);
        var types = features.ToDictionary(f => f.Name, f => f.Type, StringComparer.Ordinal);
        return Bind(root, features, types);
    }

    private static Manifest Bind(ManifestNode root, IReadOnlyList<Feature> features, Dictionary<string, FeatureType> types) => new()
    {
        Name = Text(root, "name"),
        Version = SemanticVersion.Parse(Text(root, "version")),
        Description = root["description"]?.Text ?? "",
        Task = Word<MachineLearningTask>(root["task"]!),
        Features = features,
        Label = root["label"] is { } label ? new LabelManifest { Name = Text(label, "name"), Classes = Texts(label["classes"]) ?? [] } : null,
        Entity = root["entity"]?.Text,
        Source = root["source"] is { } source ? BindSource(source) : null,
        Outcomes = root["outcomes"] is { } outcomes ? BindOutcomes(outcomes) : null,
        Pipeline = BindPipeline(root["pipeline"]!),
        Evaluation = root["evaluation"] is { } evaluation ? BindEvaluation(evaluation) : new EvaluationManifest(),
        Serving = root["serving"] is { } serving ? BindServing(serving) : new ServingManifest(),
        Augment = List(root["augment"], augment => BindAugment(augment, types)),
        Retrain = root["retrain"] is { } retrain
            ? new RetrainManifest { Every = retrain["every"] is { } every ? Duration(every) : null, When = retrain["when"]?.Text }
            : null,
        Tune = root["tune"] is { } tune ? BindTune(tune) : null,
        Drift = root["drift"] is { } drift ? BindDrift(drift) : new DriftManifest(),
        Alerts = List(root["alerts"], alert => new AlertManifest { Name = Text(alert, "name"), When = Text(alert, "when"), Webhook = alert["webhook"]?.Text }),
        Rules = List(root["rules"], BindRule),
        Metrics = List(root["metrics"], metric => new MetricManifest { Name = Text(metric, "name"), Value = Text(metric, "value") }),
        Gates = List(root["gates"], gate => new GateManifest
        {
            Name = Text(gate, "name"),
            Before = Word<Stage>(gate["before"]!),
            When = Text(gate, "when"),
        }),
        Tests = List(root["tests"], test => BindTest(test, types)),
    };

    private static Feature BindFeature(ManifestNode node) => new()
    {
        Name = Text(node, "name"),
        Type = Word<FeatureType>(node["type"]!),
        Nullable = node["nullable"] is { } nullable && Flag(nullable),
        Min = node["min"]?.AsNumber(),
        Max = node["max"]?.AsNumber(),
        Values = Texts(node["values"]),
        Description = node["description"]?.Text ?? "",
    };

    private static SourceManifest BindSource(ManifestNode node) => new()
    {
        Feed = node["feed"]?.Text,
        File = node["file"]?.Text,
        Query = node["query"]?.Text,
        Ordinal = node["ordinal"]?.Text,
        Queries = node.Kind == NodeKind.Scalar || (node["queries"] is { } queries && Flag(queries)),
        WindowRows = node["window"]?["rows"] is { } rows ? Whole(rows) : null,
        WindowTime = node["window"]?["time"] is { } time ? Duration(time) : null,
        Timeout = node["timeout"] is { } timeout ? Duration(timeout) : new SourceManifest().Timeout,
        MaxRows = node["max_rows"] is { } most ? Whole(most) : null,
    };

    private static OutcomesManifest BindOutcomes(ManifestNode node)
    {
        var standard = new OutcomesManifest { Feed = Text(node, "feed"), Query = Text(node, "query"), Watermark = node["watermark"]?.Text };
        return standard with
        {
            Every = node["every"] is { } every ? Duration(every) : standard.Every,
            MatchWithin = node["match_within"] is { } within ? Duration(within) : standard.MatchWithin,
        };
    }

    private static TuneManifest BindTune(ManifestNode node)
    {
        var standard = new TuneManifest { Space = Values(node["space"], entry => BindTuneRange(entry.Value)) };
        return standard with
        {
            Method = node["method"] is { } method ? Word<TuneMethod>(method) : standard.Method,
            Trials = node["trials"] is { } trials ? Whole(trials) : standard.Trials,
            Parallel = node["parallel"] is { } parallel ? Whole(parallel) : standard.Parallel,
            Metric = node["metric"]?.Text,
        };
    }

    private static TuneRange BindTuneRange(ManifestNode node) => new()
    {
        Values = node["values"] is { } values ? [.. values.Items.Select(value => FeatureValue.Free(value)!)] : null,
        Min = node["min"]?.AsNumber() ?? 0,
        Max = node["max"]?.AsNumber() ?? 0,
        Whole = node["whole"] is { } whole && Flag(whole),
        Log = node["log"] is { } log && Flag(log),
    };

    private static DriftManifest BindDrift(ManifestNode node)
    {
        var standard = new DriftManifest();
        return new DriftManifest
        {
            Psi = node["psi"]?.AsNumber() ?? standard.Psi,
            Rows = node["rows"] is { } rows ? Whole(rows) : standard.Rows,
            FalseAlarms = node["false_alarms"]?.AsNumber() ?? standard.FalseAlarms,
            Features = Texts(node["features"]),
        };
    }

    private static PipelineManifest BindPipeline(ManifestNode node)
    {
        var standard = new PipelineManifest();
        return new PipelineManifest
        {
            Trainer = node["trainer"]?.Text,
            Command = Texts(node["command"]),
            Model = node["model"]?.Text,
            Parameters = Values(node["parameters"], e => FeatureValue.Free(e.Value)),
            Incremental = node["incremental"] is { } incremental ? Flag(incremental) : standard.Incremental,
            Timeout = node["timeout"] is { } timeout ? Duration(timeout) : standard.Timeout,
            Memory = node["memory"] is { } memory && ManifestUnits.TryParseSize(memory.Text, out var bytes) ? bytes : standard.Memory,
            Seed = node["seed"] is { } seed ? Whole(seed) : standard.Seed,
        };
    }

    private static EvaluationManifest BindEvaluation(ManifestNode node)
    {
        var standard = new EvaluationManifest();
        return new EvaluationManifest
        {
            Method = node["method"] is { } method ? Word<EvaluationMethod>(method) : standard.Method,
            Fraction = node["fraction"]?.AsNumber() ?? standard.Fraction,
            Folds = node["folds"] is { } folds ? Whole(folds) : standard.Folds,
            Refit = node["refit"] is { } refit ? Flag(refit) : standard.Refit,
            Every = node["every"] is { } every ? Duration(every) : null,
            Groups = Texts(node["groups"]) ?? standard.Groups,
        };
    }

    private static ServingManifest BindServing(ManifestNode node)
    {
        var standard = new ServingManifest();
        return new ServingManifest
        {
            Log = node["log"] is { } log ? Word<QueryLogMode>(log) : standard.Log,
            LogSample = node["log_sample"]?.AsNumber() ?? standard.LogSample,
            Redact = Texts(node["redact"]) ?? standard.Redact,
            Retention = node["retention"] is { } retention ? Duration(retention) : standard.Retention,
            MaxQueue = node["max_queue"] is { } maxQueue ? Whole(maxQueue) : standard.MaxQueue,
            MaxBatch = node["max_batch"] is { } maxBatch ? Whole(maxBatch) : standard.MaxBatch,
            MaxWait = node["max_wait"] is { } maxWait ? Duration(maxWait) : standard.MaxWait,
            Output = node["output"]?.Text,
            Threshold = node["threshold"]?.AsNumber() ?? standard.Threshold,
            Rollout = node["rollout"] is { } rollout ? BindRollout(rollout) : standard.Rollout,
        };
    }

    private static RolloutManifest BindRollout(ManifestNode node)
    {
        var standard = new RolloutManifest();
        return new RolloutManifest
        {
            Strategy = node["strategy"] is { } strategy ? Word<RolloutStrategy>(strategy) : standard.Strategy,
            Metric = node["metric"]?.Text ?? standard.Metric,
            Goal = node["goal"] is { } goal ? Word<Goal>(goal) : standard.Goal,
            Steps = List(node["steps"], step => new CanaryStep(step["share"]!.AsNumber()!.Value, Whole(step["outcomes"]!), Duration(step["time"]!))),
            Share = node["share"]?.AsNumber() ?? standard.Share,
            Shares = node["shares"] is { } shares ? Values(shares, entry => entry.Value.AsNumber()!.Value) : standard.Shares,
            Alpha = node["alpha"]?.AsNumber() ?? standard.Alpha,
            Outcomes = node["outcomes"] is { } outcomes ? Whole(outcomes) : standard.Outcomes,
            Time = node["time"] is { } time ? Duration(time) : standard.Time,
            Policy = node["policy"] is { } policy ? Word<BanditPolicy>(policy) : standard.Policy,
            Discount = node["discount"]?.AsNumber() ?? standard.Discount,
            Epsilon = node["epsilon"]?.AsNumber() ?? standard.Epsilon,
            Select = node["select"]?.Text,
            Generations = node["generations"] is { } generations ? Whole(generations) : standard.Generations,
            Arms = Texts(node["arms"]) ?? standard.Arms,
            Sticky = node["sticky"] is { } sticky ? Flag(sticky) : standard.Sticky,
            Fallback = Texts(node["fallback"]) ?? standard.Fallback,
        };
    }

    private static AugmentManifest BindAugment(ManifestNode node, Dictionary<string, FeatureType> types)
    {
        var augment = new AugmentManifest
        {
            Name = Text(node, "name"),
            Feed = Text(node, "feed"),
            Query = Text(node, "query"),
            Features = Texts(node["features"])!,
            Default = Values(node["default"], e => FeatureValue.Read(TypeOf(types, e.Name), e.Value)),
        };
        return augment with
        {
            Cache = node["cache"] is { } cache ? Duration(cache) : augment.Cache,
            CacheSize = node["cache_size"] is { } cacheSize ? Whole(cacheSize) : augment.CacheSize,
            Deadline = node["deadline"] is { } deadline ? Duration(deadline) : augment.Deadline,
        };
    }

    private static RuleManifest BindRule(ManifestNode node)
    {
        var then = node["then"]!;
        return new RuleManifest
        {
            Name = Text(node, "name"),
            At = Word<RulePosition>(node["at"]!),
            When = Text(node, "when"),
            Then = new RuleAction
            {
                Refuse = then["refuse"]?.Text,
                Answer = then["answer"]?.Text,
                Set = then["set"] is { } set ? Values(set, e => e.Value.Text) : null,
            },
        };
    }

    private static TestManifest BindTest(ManifestNode node, Dictionary<string, FeatureType> types)
    {
        var expect = node["expect"]!;
        return new TestManifest
        {
            Name = Text(node, "name"),
            Given = Values(node["given"], e => FeatureValue.Read(TypeOf(types, e.Name), e.Value)),
            Expect = new TestExpectation
            {
                Label = expect["label"]?.Text,
                Probability = Values(expect["probability"], e => BindBounds(e.Value)),
                Value = expect["value"] is { } value ? BindBounds(value) : null,
                Error = expect["error"]?.Text,
            },
        };
    }

    private static Bounds BindBounds(ManifestNode node) => new(node["min"]?.AsNumber(), node["max"]?.AsNumber());

    private static FeatureType? TypeOf(Dictionary<string, FeatureType> types, string name) =>
        types.TryGetValue(name, out var type) ? type : null;

    private static string Text(ManifestNode map, string key) => map[key]!.Text;

    private static bool Flag(ManifestNode node) => CoreSchema.Resolve(node) is true;

    private static int Whole(ManifestNode node) => (int)node.AsNumber()!.Value;

    private static TimeSpan Duration(ManifestNode node) => ManifestUnits.TryParseDuration(node.Text, out var duration) ? duration : default;

    private static T Word<T>(ManifestNode node)
        where T : struct, Enum => Enum.Parse<T>(node.Text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    private static IReadOnlyList<string>? Texts(ManifestNode? list) => list?.Items.ConvertAll(i => i.Text).AsReadOnly();

    private static IReadOnlyList<T> List<T>(ManifestNode? list, Func<ManifestNode, T> bind) => list is null ? [] : [.. list.Items.Select(bind)];

    private static IReadOnlyDictionary<string, T> Values<T>(ManifestNode? map, Func<ManifestEntry, T> value) =>
        map is null ? new Dictionary<string, T>() : map.Entries.ToDictionary(e => e.Name, value, StringComparer.Ordinal);
}
