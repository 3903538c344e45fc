using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Progeny.Fuzz;

/// <summary>
/// Inputs that follow their format, as FsCheck makes them: readers are reached deeper than by changed bytes alone. Some of the values are
/// wrong for their place.
/// </summary>
public static class Generators
{
    private static readonly Gen<string> _number = Gen.Frequency(
        (4, Gen.Choose(-1_000, 1_000).Select(Invariant)),
        (2, ArbMap.Default.GeneratorFor<double>().Select(value => double.IsFinite(value) ? Invariant(value) : "1e308")),
        (1, Gen.Elements("0", "-0", "1e999", "1e-320", "9223372036854775808", "0.1")));

    private static readonly Gen<string> _text = Gen.Frequency(
        (3, Gen.Elements("\"a\"", "\"b\"", "\"\"", "\"1\"", "\"w\"", "\"2026-01-01T00:00:00Z\"")),
        (1, ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => System.Text.Json.JsonSerializer.Serialize(text.Get))));

    private static readonly Gen<string> _scalar = Gen.Frequency(
        (4, _number), (4, _text), (1, Gen.Elements("null", "true", "false", "[]", "{}", "[[1]]", "\"\\ud800\"")));

    private static readonly Gen<string> _name = Gen.Elements("x", "n", "flag", "kind", "note", "who", "y", "z", "Ünicode");

    /// <summary>Requests with rows for the manifest of <see cref="FuzzTargets"/>.</summary>
    public static Gen<byte[]> Rows { get; } =
        from rows in Object(_name, _scalar).ListOf()
        from id in _scalar
        from hasId in Gen.Elements(true, false)
        select Bytes($$"""{{{(hasId ? $"\"query_id\":{id}," : "")}}"rows":[{{string.Join(',', rows)}}]}""");

    /// <summary>Lines of outcomes.</summary>
    public static Gen<byte[]> Outcomes { get; } =
        Object(Gen.Elements("query_id", "outcome", "observed_at", "row", "who"), _scalar).ListOf()
            .Select(lines => Bytes(string.Join('\n', lines)));

    /// <summary>The parts of a question for metrics: from, to, step and by.</summary>
    public static Gen<byte[]> Filters { get; } =
        from times in Gen.Frequency(
            (4, Gen.Choose(-2_000_000_000, 2_000_000_000).Select(seconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds).ToString("O"))),
            (1, Gen.Elements("", "9999-12-31T23:59:59Z", "0001-01-01", "now", "2026-13-01"))).ArrayOf(2)
        from count in Gen.Choose(-1, 1_000_000)
        from unit in Gen.Elements("s", "m", "h", "d", "w", "")
        from grouping in Gen.Elements("", "project", "generation", "arm", "rows")
        select Bytes($"{times[0]}&{times[1]}&{count}{unit}&{grouping}");

    /// <summary>Manifests.</summary>
    public static Gen<byte[]> Manifests { get; } =
        from name in Gen.Elements("demo", "a-b", "Demo", "1", "''")
        from version in Gen.Elements("1.0.0", "0.0.1-rc.1", "1", "1.0.0.0", "99999999999.0.0")
        from task in Gen.Elements("binary", "multiclass", "regression", "other")
        from features in Feature().NonEmptyListOf()
        from sections in Gen.SubListOf(
            "label: {name: y, classes: [\"0\", \"1\"]}",
            "label: {name: y}",
            "source: {feed: pg, query: \"SELECT x, y, t FROM rows\", ordinal: t}",
            "pipeline: {model: model.onnx}",
            "pipeline: {trainer: xgboost, timeout: 10m, memory: 2GiB}",
            "entity: who",
            "gates: [{name: g, before: champion, when: \"eval_auc > 0.6\"}]",
            "rules: [{name: r, at: before, when: \"x > 1\", then: {refuse: \"no\"}}]",
            "serving: {redact: [x], log: durable}",
            "retraining: {every: 1d}")
        select Bytes($"name: {name}\nversion: {version}\ntask: {task}\nschema:\n  features:\n"
            + string.Concat(features.Select(feature => $"    - {feature}\n")) + string.Join('\n', sections) + "\n");

    /// <summary>Manifests that are right.</summary>
    public static Gen<string> SoundManifests { get; } =
        from features in Gen.SubListOf(
            "{name: x, type: float, nullable: true}",
            "{name: n, type: int, min: 0, max: 100}",
            "{name: flag, type: bool}",
            "{name: kind, type: category, values: [a, b]}",
            "{name: note, type: text, nullable: true}")
        from isBinary in Gen.Elements(true, false)
        let lines = features.Count == 0 ? ["{name: x, type: float}"] : features
        select $"name: demo\nversion: 1.0.0\ntask: {(isBinary ? "binary" : "regression")}\nschema:\n  features:\n"
            + string.Concat(lines.Select(line => $"    - {line}\n"))
            + (isBinary ? "label: {name: y, classes: [\"0\", \"1\"]}\n" : "label: {name: y}\n") + "pipeline: {model: model.onnx}\n";

    private static Gen<string> Feature() =>
        from name in _name
        from type in Gen.Elements("float", "int", "bool", "category", "text", "double")
        from rest in Gen.Elements("", ", nullable: true", ", min: 0, max: 100", ", values: [a, b]", ", min: 5, max: 1", ", values: []")
        select $"{{name: {name}, type: {type}{rest}}}";

    private static Gen<string> Object(Gen<string> names, Gen<string> values) =>
        names.Zip(values, (name, value) => $"\"{name}\":{value}").ListOf().Select(members => $"{{{string.Join(',', members)}}}");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Invariant(IFormattable value) => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture);

    private static string Invariant(int value) => Invariant((IFormattable)value);
}
