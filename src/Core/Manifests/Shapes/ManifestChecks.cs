namespace Progeny.Core.Manifests.Shapes;

/// <summary>
/// What must be true between keys. Works on nodes, not on the finished manifest, so that one run reports these errors beside those of
/// shape; what is missing or malformed has been reported already and is passed over.
/// </summary>
internal sealed class ManifestChecks
{
    private readonly ManifestNode root;
    private readonly ErrorList errors;
    private readonly Dictionary<string, ManifestNode> features = new(StringComparer.Ordinal);
    private readonly SchemaNames schema;
    private readonly string? task;

    private ManifestChecks(ManifestNode root, ErrorList errors)
    {
        this.root = root;
        this.errors = errors;
        task = root["task"]?.AsText();
        foreach (var feature in Items("features", root["schema"]))
        {
            if (feature["name"]?.AsText() is { } name)
                features.TryAdd(name, feature);
        }

        schema = new SchemaNames(features, errors);
    }

    private bool BringsModel => root["pipeline"]?["model"] is not null;

    private bool TrainsOnQueries => root["source"] is { } source
        && (source.AsText() == "queries" || (source["queries"] is { } flag && CoreSchema.Resolve(flag) is true));

    public static void Run(ManifestNode root, ErrorList errors)
    {
        var checks = new ManifestChecks(root, errors);
        checks.CheckFeatures();
        checks.CheckLabel();
        checks.CheckPipeline();
        checks.CheckSource();
        checks.CheckEvaluation();
        checks.CheckRedaction();
        new ViewChecks(root, checks.schema, errors).Run();
        new AugmentChecks(root, checks.schema, errors).Run();
        checks.CheckRules();
        checks.CheckMetrics();
        checks.CheckGroups();
        checks.CheckRollout();
        new GateChecks(root, errors).Run();
        new TuneChecks(root, errors).Run();
        foreach (var list in new[] { "views", "augment", "rules", "metrics", "gates", "alerts", "tests" })
            checks.CheckUnique(list, checks.Items(list), "name");
        new TestChecks(root, checks.features, errors).Run();
    }

    private IEnumerable<ManifestNode> Items(string key, ManifestNode? parent = null) => (parent ?? root)[key]?.Items ?? [];

    private void CheckUnique(string path, IEnumerable<ManifestNode> items, string key)
    {
        // Databases compare names of columns without regard to case.
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var index = 0;
        foreach (var item in items)
        {
            if (item[key] is { } name && name.AsText() is { } text && !seen.Add(text))
                errors.Add(name, $"{path}[{index}].{key}", $"{Quote.Of(text)} is taken already; names are unique, whatever their case");
            index++;
        }
    }

    private void CheckFeatures()
    {
        schema.CheckCase(root["entity"], "entity", root["entity"]?.AsText());
        CheckUnique("schema.features", Items("features", root["schema"]), "name");
        if (root["schema"] is null && root["pipeline"] is not null && !BringsModel)
            errors.Add(root, "schema", "is missing: the features that a query carries; only pipeline.model can do without");
        var builtIn = root["pipeline"]?["trainer"] is not null;
        var index = 0;
        foreach (var feature in Items("features", root["schema"]))
        {
            var path = $"schema.features[{index++}]";
            var type = FeatureValue.TypeOf(feature);
            if (builtIn && type == FeatureType.Text)
                errors.Add(
                    feature["type"]!,
                    $"{path}.type",
                    "text columns are not supported by the built-in trainer; make it a category, leave it out, or train with "
                        + "pipeline.command");
            if (type is not (null or FeatureType.Float or FeatureType.Int))
                RefuseKeys(feature, path, "is for float and int only", "min", "max");
            if (type is not (null or FeatureType.Category))
                RefuseKeys(feature, path, "is for category only", "values");
            CheckBounds(feature, path);
        }
    }

    private void RefuseKeys(ManifestNode map, string path, string why, params string[] keys)
    {
        foreach (var entry in map.Entries.Where(e => keys.Contains(e.Name)))
            errors.Add(entry.Key, $"{path}.{entry.Name}", why);
    }

    private void CheckBounds(ManifestNode map, string path)
    {
        if (map["min"] is { } min && min.AsNumber() > map["max"]?.AsNumber())
            errors.Add(min, $"{path}.min", $"is greater than max: {min.Text} > {map["max"]!.Text}");
    }

    private void CheckLabel()
    {
        if (root["label"] is not { } label)
        {
            if (root["pipeline"] is not null && !BringsModel)
                errors.Add(root, "label", "is missing: the column that a model learns to predict; only pipeline.model can do without");
            return;
        }

        var name = label["name"];
        if (name?.AsText() is { } text && features.Keys.Any(f => f.Equals(text, StringComparison.OrdinalIgnoreCase)))
            errors.Add(name, "label.name", $"{Quote.Of(text)} is a feature too; a model must not be given what it is to predict");
        var classes = label["classes"];
        var count = classes?.Items.Count ?? 0;
        if (task == "regression" && classes is not null)
            errors.Add(classes, "label.classes", "a regression predicts a number; leave classes out");
        else if (classes is not null && count < 2)
            return;
        else if (task == "binary" && count != 2)
            errors.Add(
                classes ?? label,
                "label.classes",
                $"a binary task needs exactly two classes, the positive one last, e.g. [\"0\", \"1\"]; there are {count}");
        else if (task == "multiclass" && count < 3)
            errors.Add(classes ?? label, "label.classes", $"a multiclass task needs three classes or more; there are {count}");
    }

    private void CheckPipeline()
    {
        if (root["pipeline"] is not { } pipeline)
            return;
        if (BringsModel)
            RefuseKeys(pipeline, "pipeline", "has no use with a finished model, which is not trained", "parameters", "incremental");
        else if (root["source"] is null)
            errors.Add(root, "source", "is missing: where training rows come from; only pipeline.model can do without");
    }

    private void CheckSource()
    {
        if (root["source"] is not { Kind: NodeKind.Map } source)
            return;
        var places = new[] { "feed", "file" }.Where(key => source[key] is not null).ToList();
        var queries = source["queries"] is { } flag && CoreSchema.Resolve(flag) is true;
        if (places.Count > 1 || (places.Count == 0 && !queries))
            errors.Add(
                source,
                "source",
                "needs exactly one of feed, file; it has "
                    + $"{(places.Count == 0 ? "none" : "feed and file")}{(places.Count == 0 ? "; with 'source: queries' it needs neither" : "")}");
        if (places.Count > 0 && source["query"] is null)
            errors.Add(source, "source.query", "is missing: SQL whose columns include every feature, the label and the ordinal");
        if (places.Count == 0 && queries)
            RefuseKeys(source, "source", "is for feed and file only", "query", "ordinal", "as_of");
        if (places.Count > 0 && source["window"] is { } window && source["ordinal"] is null)
            errors.Add(window, "source.window", "needs source.ordinal, which says which rows are the last");
        if (source["max_bad_rows"] is { } share && source["on_bad_row"]?.AsText() != "skip")
            errors.Add(share, "source.max_bad_rows", "is for rows that are left out; it needs on_bad_row: skip beside it");
        if (queries && root["serving"]?["log"]?.AsText() == "none")
            errors.Add(source["queries"]!, "source.queries", "needs a query log, which serving.log: none leaves out");
    }

    private void CheckGroups()
    {
        if (features.Count == 0)
            return;
        var known = QueryFieldNames.Of(root, features.Keys);
        foreach (var (list, path) in new[]
        {
            (root["evaluation"]?["groups"], "evaluation.groups"),
            (root["drift"]?["features"], "drift.features"),
        })
        {
            for (var i = 0; i < (list?.Items.Count ?? 0); i++)
            {
                if (list!.Items[i].AsText() is { } name && !(path == "drift.features" ? features.ContainsKey(name) : known.Contains(name)))
                    errors.Add(
                        list.Items[i],
                        $"{path}[{i}]",
                        $"{Quote.Of(name)} is not "
                            + $"{(path == "drift.features" ? "a feature of the schema" : "a field that a query can carry")};{QueryFieldNames.Suggest(name, known)}");
            }
        }
    }

    private void CheckEvaluation()
    {
        if (root["evaluation"] is { } evaluation)
        {
            var method = evaluation["method"]?.AsText() ?? "holdout";
            if (method == "holdout")
                RefuseKeys(evaluation, "evaluation", "is for the method kfold only", "folds");
            else if (method == "kfold")
                RefuseKeys(evaluation, "evaluation", "is for the method holdout only", "fraction");
        }

        if (root["serving"] is { } serving && task is "multiclass" or "regression")
            RefuseKeys(serving, "serving", "is for binary tasks only", "threshold");
    }

    private void CheckRedaction()
    {
        // Without a schema the fields are the model's own inputs, which nobody knows before the model is loaded.
        if (features.Count == 0)
            return;
        var known = QueryFieldNames.Of(root, features.Keys);
        var redacted = root["serving"]?["redact"]?.Items ?? [];
        for (var i = 0; i < redacted.Count; i++)
        {
            if (redacted[i].AsText() is { } name && !known.Contains(name))
                errors.Add(
                    redacted[i],
                    $"serving.redact[{i}]",
                    $"{Quote.Of(name)} is not a field that a query can carry;{QueryFieldNames.Suggest(name, known)}");
            else if (TrainsOnQueries && redacted[i].AsText() is { } feature && features.ContainsKey(feature))
                errors.Add(
                    redacted[i],
                    $"serving.redact[{i}]",
                    $"{Quote.Of(feature)} is a feature, and source.queries trains on what is logged; leave it out here");
        }
    }

    private void CheckRules()
    {
        var index = 0;
        foreach (var rule in Items("rules"))
        {
            var path = $"rules[{index++}].then.set";
            if (rule["then"]?["set"] is not { } set)
                continue;
            if (rule["at"]?.AsText() == "after")
                errors.Add(set, path, "only a rule before the model can set features; use answer to change the prediction");
            foreach (var entry in set.Entries.Where(e => !features.ContainsKey(e.Name)))
                errors.Add(entry.Key, $"{path}.{entry.Name}", $"is not a feature of the schema;{schema.Known(entry.Name)}");
        }
    }

    private void CheckMetrics()
    {
        var index = 0;
        foreach (var metric in Items("metrics"))
        {
            var path = $"metrics[{index++}].name";
            if (metric["name"] is { } name && name.AsText() is { } text
                && MetricManifest.Reserved.Contains(text, StringComparer.OrdinalIgnoreCase))
                errors.Add(name, path, $"{Quote.Of(text)} is a figure of every project; give the metric a name of its own");
        }
    }

    private void CheckRollout()
    {
        if (root["serving"] is { } serving && serving["rollout"] is { } rollout)
            new RolloutChecks(
                rollout, serving["log"], [.. Items("metrics").Select(metric => metric["name"]?.AsText()).OfType<string>()], errors).Run();
    }
}
