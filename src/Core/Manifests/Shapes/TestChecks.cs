namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true of a manifest's own tests.</summary>
internal sealed class TestChecks(ManifestNode root, IReadOnlyDictionary<string, ManifestNode> features, ErrorList errors)
{
    private readonly string? task = root["task"]?.AsText();
    private readonly HashSet<string>? classes = root["label"]?["classes"] is { Kind: NodeKind.List } list
        ? [.. list.Items.Select(c => c.AsText()).OfType<string>()]
        : null;

    public void Run()
    {
        var known = QueryFieldNames.Of(root, features.Keys);
        var index = 0;
        foreach (var test in root["tests"]?.Items ?? [])
        {
            var path = $"tests[{index++}]";

            // Without a schema a query carries the model's own inputs, which nobody knows before the model is loaded.
            foreach (var entry in features.Count == 0 ? [] : test["given"]?.Entries ?? [])
            {
                if (!known.Contains(entry.Name))
                    errors.Add(
                        entry.Key,
                        $"{path}.given",
                        $"{Quote.Of(entry.Name)} is not a field that a query can carry;{QueryFieldNames.Suggest(entry.Name, known)}");
            }

            if (test["expect"] is { Kind: NodeKind.Map } expect)
                CheckExpectation(expect, $"{path}.expect");
        }
    }

    private void CheckExpectation(ManifestNode expect, string path)
    {
        if (expect["error"] is not null && expect.Entries.Count > 1)
            errors.Add(expect, path, "a query that is refused has no prediction; error stands alone");
        foreach (var entry in expect.Entries)
        {
            var here = $"{path}.{entry.Name}";
            if (task == "regression" && entry.Name is "label" or "probability")
                errors.Add(entry.Key, here, "a regression has no classes; expect value");
            else if (task is "binary" or "multiclass" && entry.Name == "value")
                errors.Add(entry.Key, here, $"a {task} task predicts a class; expect label or probability");
            else if (entry.Name == "label")
                CheckClass(entry.Value, entry.Value.AsText(), here);
            else if (entry.Name == "value")
                CheckBounds(entry.Value, here);
            foreach (var bounds in entry.Name == "probability" ? entry.Value.Entries : [])
            {
                CheckClass(bounds.Key, bounds.Name, here);
                CheckBounds(bounds.Value, $"{here}[{Quote.Of(bounds.Name)}]");
            }
        }
    }

    private void CheckClass(ManifestNode node, string? text, string path)
    {
        if (text is not null && classes is not null && !classes.Contains(text))
            errors.Add(
                node,
                path,
                $"{Quote.Of(text)} is not a class of the "
                    + $"label;{QueryFieldNames.Suggest(text, classes).Replace("the fields are", "the classes are", StringComparison.Ordinal)}");
    }

    private void CheckBounds(ManifestNode map, string path)
    {
        if (map["min"] is { } min && min.AsNumber() > map["max"]?.AsNumber())
            errors.Add(min, $"{path}.min", $"is greater than max: {min.Text} > {map["max"]!.Text}");
    }
}
