using System.Text.Json.Nodes;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Releases;

namespace Progeny.Core.Tests.Manifests;

public sealed class ManifestSchemaTests
{
    [Fact]
    public void The_published_schema_is_what_the_code_produces()
    {
        var published = File.ReadAllText(Path.Combine(RepositoryRoot, "docs", "progeny.schema.json"));

        (published == ManifestSchema.ToJson()).ShouldBeTrue(
            "docs/progeny.schema.json is out of date: run 'progeny project schema > docs/progeny.schema.json'");
    }

    [Fact]
    public void The_page_on_the_manifest_names_every_key_with_its_default()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot, "docs", "manifest.md"));
        var missing = Keys(JsonNode.Parse(ManifestSchema.ToJson())!, "")
            .Where(k =>
                !Array.Exists(
                    page,
                    l => l.StartsWith($"| `{k.Path}` |", StringComparison.Ordinal)
                        && (k.Default is null || l.Contains($"`{k.Default}`", StringComparison.Ordinal))))
            .Select(k => $"{k.Path} (default {k.Default ?? "none"})")
            .ToList();

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Writing_the_defaults_out_changes_nothing()
    {
        var schema = JsonNode.Parse(ManifestSchema.ToJson())!["properties"]!;
        var lines = new[] { "pipeline", "evaluation", "serving" }.Select(key =>
        {
            var defaults = schema[key]!["properties"]!.AsObject()
                .Where(p => p.Value!["default"] is not null && p.Key is not ("folds" or "incremental"))
                .Select(p => $"{p.Key}: {p.Value!["default"]}");
            return $"{key}: {{{(key == "pipeline" ? "model: models/model.onnx, " : "")}{string.Join(", ", defaults)}}}\n";
        });
        var model = ManifestTexts.With("task: multiclass", "task: binary", ManifestTexts.Model);
        var spelled = ManifestTexts.Valid(string.Concat(model.Split("pipeline:")[0], string.Concat(lines)));
        var silent = ManifestTexts.Valid(model);

        (spelled.Evaluation, spelled.Serving).ShouldBe((silent.Evaluation, silent.Serving));
        (spelled.Pipeline with { Parameters = silent.Pipeline.Parameters }).ShouldBe(silent.Pipeline);
    }

    private static string RepositoryRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
                folder = folder.Parent;
            return folder.ShouldNotBeNull("the tests must run from inside the repository").FullName;
        }
    }

    private static IEnumerable<(string Path, string? Default)> Keys(JsonNode schema, string prefix)
    {
        if (schema["items"] is { } items)
            return Keys(items, $"{prefix}[]");
        if (schema["additionalProperties"] is JsonObject values)
            return Keys(values, $"{prefix}.*");
        return schema["properties"] is not JsonObject properties
            ? []
            : properties.SelectMany(p =>
            {
                var path = prefix.Length == 0 ? p.Key : $"{prefix}.{p.Key}";
                return Keys(p.Value!, path).Prepend((path, p.Value!["default"]?.ToString() is { Length: > 0 } text ? text : null));
            });
    }
}
