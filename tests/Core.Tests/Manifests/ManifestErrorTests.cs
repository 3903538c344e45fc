using Progeny.Core.Manifests;
using Progeny.Core.Tests.Releases;

namespace Progeny.Core.Tests.Manifests;

public sealed class ManifestErrorTests
{
    [Theory]
    [InlineData("flights_eu")]
    [InlineData("f_-1")]
    public void A_name_may_have_hyphens_and_underscores(string name) =>
        ManifestParser.Parse(ManifestTexts.With("name: flights\n", $"name: {name}\n")).Manifest!.Name.ShouldBe(name);

    [Theory]
    [InlineData(
        "type: int,",
        "type: itn,",
        "8:26: schema.features[0].type: 'itn' is not a feature type; did you mean 'int'? One of: float, int, bool, category, text")]
    [InlineData(
        "task: binary",
        "tusk: binary",
        "2:1: task: is missing: what is predicted: one of two classes, one of several, or a number|5:1: tusk: there is no such key; did "
            + "you mean 'task'?")]
    [InlineData("serving: {log:", "serving: {lgo:", "serving.lgo: there is no such key; did you mean 'log'?")]
    [InlineData(
        "max_batch: 64",
        "batch_maximum: 64",
        "serving.batch_maximum: there is no such key; the keys here are log, log_sample, redact, retention, max_batch, max_wait, "
            + "max_queue, output, threshold, rollout")]
    [InlineData("log_sample: 0.25", "log_sample: 25", "serving.log_sample: needs a number from 0 to 1; this is '25'")]
    [InlineData("retention: 30d", "retention: 30m", "serving.retention: needs a duration from 1h to 36500d; this is 30m")]
    [InlineData(
        "redact: [origin, vip]",
        "redact: [orgin]",
        "serving.redact[0]: 'orgin' is not a field that a query can carry; did you mean 'origin'?")]
    [InlineData("redact: [origin, vip]", "redact: [vip, vip]", "serving.redact[1]: 'vip' is in the list already")]
    [InlineData(
        "name: flights\n",
        "name: Flights\n",
        "2:7: name: 'Flights' is not a project's name: lower-case letters, digits, - and _, a letter first, at most 63")]
    [InlineData(
        "1.2.0-beta.1",
        "1.2",
        "version: '1.2' is not a semantic version: major.minor.patch, e.g. 1.2.0 or 1.2.0-beta.1, without build metadata (+…)")]
    [InlineData("1.2.0-beta.1", "1.2.0+build", "version: '1.2.0+build' is not a semantic version")]
    [InlineData("1.2.0-beta.1", "1.2.99999999999", "version: the version '1.2.99999999999' has a number that is too large")]
    [InlineData("min: 0, max: 23", "min: 24, max: 23", "schema.features[0].min: is greater than max: 24 > 23")]
    [InlineData("min: 0, max: 23", "min: .nan", "schema.features[0].min: needs a number; this is '.nan'")]
    [InlineData("min: 0, max: 23", "min: '0'", "schema.features[0].min: needs a number; this is '0' in quotes")]
    [InlineData(
        "nullable: true, description", "nullable: yes, description", "schema.features[1].nullable: needs true or false; this is 'yes'")]
    [InlineData("type: bool, nullable", "type: bool, min: 0, nullable", "schema.features[5].min: is for float and int only")]
    [InlineData("type: int, min", "type: int, values: [1], min", "schema.features[0].values: is for category only")]
    [InlineData("[ATL, ORD, NO]", "[ATL, ORD, ATL]", "schema.features[2].values[2]: 'ATL' is in the list already")]
    [InlineData(
        "{name: weekend, type: bool",
        "{name: Hour, type: bool",
        "schema.features[5].name: 'Hour' is taken already; names are unique, whatever their case")]
    [InlineData(
        "{name: weekend, type: bool",
        "{name: weekend, type: text",
        "schema.features[5].type: text columns are not supported by the built-in trainer;")]
    [InlineData("{name: weekend", "{name: week end", "schema.features[5].name: 'week end' is not a field's name")]
    [InlineData("{name: late,", "{name: hour,", "label.name: 'hour' is a feature too; a model must not be given what it is to predict")]
    [InlineData("[\"0\", \"1\"]", "[\"1\"]", "label.classes: needs at least 2 values; it has 1")]
    [InlineData("[\"0\", \"1\"]", "[\"0\", \"1\", \"2\"]", "label.classes: a binary task needs exactly two classes")]
    [InlineData("[\"0\", \"1\"]", "[~, 1]", "label.classes[0]: needs a text; write \"~\" in quotes if you mean that text")]
    [InlineData(
        "task: binary",
        "task: multiclass",
        "label.classes: a multiclass task needs three classes or more; there are 2|serving.threshold: is for binary tasks only")]
    [InlineData(
        "task: binary",
        "task: regression",
        "label.classes: a regression predicts a number; leave classes out|serving.threshold: is for binary tasks "
            + "only|tests[0].expect.label: a regression has no classes; expect value|tests[0].expect.probability: a regression has no "
            + "classes; expect value")]
    [InlineData(
        "source:\n  feed: flights",
        "source:\n  file: a.csv\n  feed: flights",
        "source: needs exactly one of feed, file; it has feed and file")]
    [InlineData("  trainer: xgboost\n", "", "pipeline: needs exactly one of trainer, command, model; it has none")]
    [InlineData(
        "trainer: xgboost",
        "trainer: xgbost",
        "pipeline.trainer: 'xgbost' is not a built-in trainer; did you mean 'xgboost'? It is xgboost")]
    [InlineData("eta: 0.1", "eta: 1e999", "pipeline.parameters.eta: needs a finite number; this is '1e999'. A missing value is null")]
    [InlineData("timeout: 10m", "timeout: 10 minutes", "pipeline.timeout: needs a duration: a whole number with ms, s, m, h or d")]
    [InlineData("timeout: 10m", "timeout: 100ms", "pipeline.timeout: needs a duration from 1s to 30d; this is 100ms")]
    [InlineData("memory: 2GiB", "memory: 2GB", "pipeline.memory: needs a size: a whole number with KiB, MiB, GiB or TiB")]
    [InlineData("seed: 7", "seed: 7.5", "pipeline.seed: needs a whole number from 0 to 2147483647; this is '7.5'")]
    [InlineData("{method: kfold, folds: 4,", "{fraction: 1,", "evaluation.fraction: needs a number above 0 and below 1; this is '1'")]
    [InlineData("{method: kfold, folds: 4,", "{method: kfold, fraction: 0.2,", "evaluation.fraction: is for the method holdout only")]
    [InlineData(
        "features: [state, latitude]",
        "features: [stat, latitude]",
        "augment[0].features[0]: 'stat' is not a feature of the schema; did you mean 'state'?|augment[0].default.state: is not among this "
            + "augmentation's features; did you mean 'stat'?")]
    [InlineData(
        "retrain:",
        "  - {name: again, feed: flights, query: SELECT 1 state, features: [state]}\nretrain:",
        "augment[1].features[0]: 'state' comes from an earlier augmentation already")]
    [InlineData("source:\n  feed: flights",
        "source:\n  max_bad_rows: 0.1\n  feed: flights", "source.max_bad_rows: is for rows that are left out")]
    [InlineData("source:\n  feed: flights",
        "source:\n  on_bad_row: skip\n  max_bad_rows: 1.5\n  feed: flights", "source.max_bad_rows: needs a number")]
    [InlineData("source:\n  feed: flights", "source:\n  on_bad_row: drop\n  feed: flights", "source.on_bad_row: ")]
    [InlineData("iata = :origin", "iata = :state", "augment[0].query: the parameter :state is a feature that this query is to find")]
    [InlineData("iata = :origin", "iata = :Origin", "augment[0].query: 'Origin' differs from the feature 'origin' in case only")]
    [InlineData("iata = :origin", "iata = :late", "augment[0].query: the parameter :late is the label, which a query does not carry")]
    [InlineData("latitude: 40}", "latitude: north}", "augment[0].default.latitude: 'north' is not of the feature's type float")]
    [InlineData("{state: \"\", latitude", "{state: null, latitude", "augment[0].default.state: is null, and the feature is not nullable")]
    [InlineData("{every: 1d, when: \"auc < 0.6\"}", "{}", "retrain: needs at least one of every, when")]
    [InlineData("{name: cap, at: before", "{name: cap, at: after", "rules[2].then.set: only a rule before the model can set features")]
    [InlineData(
        "{distance: \"5000\"}",
        "{distanz: \"5000\"}",
        "rules[2].then.set.distanz: is not a feature of the schema; did you mean 'distance'?")]
    [InlineData("name: vip", "name: closed", "rules[1].name: 'closed' is taken already")]
    [InlineData(
        "before: champion",
        "before: retired",
        "gates[0].before: 'retired' is not a stage with a gate; one of: shadow, challenger, champion")]
    [InlineData(
        "when: \"auc > 0.7\"}", "approval: boss}", "gates[0].approval: 'boss' is not a role; one of: viewer, developer, operator, admin")]
    [InlineData(
        "when: \"auc > 0.7\"}",
        "within: 1h}",
        "gates[0]: needs at least one of when, approval|gates[0].within: is for gates with approval only")]
    [InlineData("when: \"auc > 0.7\"}", "approval: operator, within: 0s}", "gates[0].within: needs a duration from 1s to 365d; this is 0s")]
    [InlineData(
        "gates:\n",
        "hooks: [{on: rollback, webhook: ops, on_failure: refuse}]\ngates:\n",
        "hooks[0].on_failure: has no use for a rollback, which a hook is told of and cannot hold up")]
    [InlineData(
        "gates:\n",
        "hooks: [{on: before_rollout, webhook: a}, {on: before_rollout, webhook: a}]\ngates:\n",
        "hooks[1].webhook: 'a' is called at before_rollout already")]
    [InlineData(
        "given: {hour: 2}", "given: {huor: 2}", "tests[1].given: 'huor' is not a field that a query can carry; did you mean 'hour'?")]
    [InlineData(
        "label: 1, probability", "label: 2, probability", "tests[0].expect.label: '2' is not a class of the label; the classes are 0, 1")]
    [InlineData("{min: 0.3, max: 0.9}", "{min: 0.9, max: 0.3}", "tests[0].expect.probability['1'].min: is greater than max: 0.9 > 0.3")]
    [InlineData(
        "{error: closed}", "{value: {min: 1}}", "tests[1].expect.value: a binary task predicts a class; expect label or probability")]
    [InlineData(
        "{error: closed}", "{error: closed, label: 1}", "tests[1].expect: a query that is refused has no prediction; error stands alone")]
    [InlineData("retrain: {", "retrain: [", "this is not valid YAML: ")]
    [InlineData("\n  trainer: xgboost", "\n\ttrainer: xgboost", "25:1: a tab indents this line; YAML takes spaces only")]
    [InlineData("entity: origin", "entity: &anchor origin", "anchors (&name) and aliases (*name) are not allowed; write the value out")]
    [InlineData("entity: origin", "entity: !!str origin", "tags (!name) are not allowed")]
    [InlineData("entity: origin", "entity: \"a\\0b\"", "the value holds a control character|entity: 'a\\u0000b' is not a field's name")]
    [InlineData("entity: origin", "entity: origin\nentity: hour", "the key 'entity' is there already, on line ")]
    [InlineData("entity: origin", "entity: {a: b}", "entity: needs a text; this is a map")]
    [InlineData("entity: origin", "entity:", "entity: needs a text; this is nothing")]
    [InlineData("gates:\n  - {name: good enough, before: champion, when: \"auc > 0.7\"}", "gates:", "gates: needs a list; this is nothing")]
    public void Every_error_is_named_with_its_place_and_what_would_be_right(string part, string replacement, string expected)
    {
        var result = ManifestParser.Parse(ManifestTexts.With(part, replacement));

        result.IsValid.ShouldBeFalse();
        var parts = expected.Split('|');
        result.Errors.Count.ShouldBe(parts.Length, string.Join('\n', result.Errors));
        for (var i = 0; i < parts.Length; i++)
            result.Errors[i].ToString().ShouldContain(parts[i]);
    }

    [Fact]
    public void All_errors_are_reported_at_once_in_the_order_of_the_file()
    {
        var yaml = ManifestTexts.With("type: int,", "type: itn,")
            .Replace("max: 23", "max: many", StringComparison.Ordinal)
            .Replace("{name: late,", "{name: origin,", StringComparison.Ordinal)
            .Replace("given: {hour: 2}", "given: {minute: 2}", StringComparison.Ordinal);

        ManifestParser.Parse(yaml, "my.yaml").Errors.Select(e => e.ToString()[..12])
            .ShouldBe(["my.yaml:8:26", "my.yaml:8:44", "my.yaml:15:1", "my.yaml:36:1", "my.yaml:51:2"], Case.Sensitive);
    }

    [Theory]
    [InlineData("", "the manifest is empty")]
    [InlineData("# nothing but a comment\n", "the manifest is empty")]
    [InlineData("---\n---\n", "a second document begins here|needs a map with the keys name, version")]
    [InlineData("just text", "needs a map with the keys name, version")]
    [InlineData("- a\n- b", "this is a list")]
    [InlineData("\0", "the character U+0000 is not allowed in a manifest; remove it")]
    [InlineData("a: \u001b[31m", "the character U+001B is not allowed")]
    [InlineData("? {a: b}\n: c", "a key must be text; this is a map")]
    [InlineData("a:\n\tb: c", "a tab indents this line")]
    [InlineData("%YAML 3.0\n---\n", "this is not valid YAML")]
    public void Files_that_are_no_manifest_are_refused(string yaml, string expected)
    {
        var errors = ManifestParser.Parse(yaml).Errors;

        foreach (var part in expected.Split('|'))
            errors.ShouldContain(e => e.Message.Contains(part, StringComparison.Ordinal), string.Join('\n', errors));
    }

    [Fact]
    public void A_second_document_is_refused_where_it_begins()
    {
        var error = ManifestTexts.OnlyError(ManifestTexts.Model + "---\nname: second\n");

        error.ToString().ShouldBe("progeny.yaml:5:1: a second document begins here; a manifest is one document");
    }

    [Fact]
    public void Aliases_are_not_followed_so_that_nine_lines_cannot_fill_the_memory()
    {
        var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" +
            string.Concat(
                Enumerable.Range(1, 25)
                    .Select(i =>
                        $"{(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(", ", Enumerable.Repeat($"*{(char)('a' + i - 1)}", 9))}]\n"));

        ManifestParser.Parse(bomb).Errors.ShouldContain(e => e.Message.StartsWith("anchors (&name) and aliases", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a: ", "")]
    [InlineData("- ", "")]
    [InlineData("? ", "x")]
    public void Deep_nesting_is_refused(string opening, string end)
    {
        var yaml = string.Concat(Enumerable.Repeat(opening, 100_000)) + end;

        ManifestParser.Parse(yaml).Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_huge_file_is_refused_unread()
    {
        var huge = ManifestTexts.Model + new string('#', ManifestParser.MaxLength);

        ManifestTexts.OnlyError(huge).Message.ShouldEndWith("characters; at most 1048576 are allowed");
        ManifestParser.ParseUtf8(new byte[ManifestParser.MaxLength + 1]).Errors.ShouldHaveSingleItem().Message.ShouldEndWith(
            "bytes; at most 1048576 are allowed");
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] bytes = [.. "name: "u8, 0xff, 0xfe];

        ManifestParser.ParseUtf8(bytes).Errors.ShouldHaveSingleItem().Message.ShouldBe(
            "the file is not UTF-8 text: byte 6 belongs to no character");
    }

    [Fact]
    public void Features_label_and_source_may_only_be_missing_beside_a_finished_model()
    {
        var result = ManifestParser.Parse("name: a\nversion: 1.0.0\ntask: regression\npipeline: {trainer: xgboost}\n");

        result.Errors.Select(e => e.Path).Order(StringComparer.Ordinal).ShouldBe(["label", "schema", "source"]);
    }

    [Theory]
    [InlineData("../model.onnx", "a path must not leave the package (..)")]
    [InlineData("a/../../model.onnx", "a path must not leave the package (..)")]
    [InlineData("/etc/passwd", "a path inside the package is relative")]
    [InlineData("C:/model.onnx", "a path inside the package is relative")]
    [InlineData("a\\model.onnx", "a path inside the package is written with /")]
    [InlineData("./model.onnx", "no part of a path may be empty")]
    [InlineData("a//model.onnx", "no part of a path may be empty")]
    public void Paths_stay_inside_the_package(string path, string expected)
    {
        var error = ManifestTexts.OnlyError(ManifestTexts.With("models/model.onnx", path, ManifestTexts.Model));

        error.Path.ShouldBe("pipeline.model");
        error.Message.ShouldStartWith(expected);
    }

    [Fact]
    public void A_test_of_a_regression_expects_a_value()
    {
        var error = ManifestTexts.OnlyError(ManifestTexts.With("value: {min: 1, max: 2.5}", "label: 1", ManifestTexts.Regression));

        error.ToString().ShouldContain("tests[0].expect.label: a regression has no classes; expect value");
    }

    [Fact]
    public void ParseOrThrow_carries_every_error()
    {
        var exception = Should.Throw<ManifestException>(
            () => ManifestParser.ParseOrThrow("name: A\nversion: b\ntask: c\npipeline: {model: a.onnx}"));

        exception.Errors.Count.ShouldBe(3);
        exception.Message.Split('\n').Length.ShouldBe(3);
    }
}
