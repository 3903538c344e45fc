using Progeny.Core.Manifests;

namespace Progeny.Storage.Tests.Rules;

public sealed class RuleCompilerTests
{
    [Fact]
    public void Manifest_of_very_many_features_and_rules_is_checked_and_compiled_in_seconds()
    {
        var features = string.Join('\n', Enumerable.Range(0, 2_000).Select(i => $"    - {{name: f{i}, type: float}}"));
        var rules = string.Join(
            '\n', Enumerable.Range(0, 500).Select(i => $"  - {{name: r{i}, at: before, when: f{4 * i} > {i}, then: {{answer: 0.5}}}}"));
        var manifest = ManifestParser.ParseOrThrow(
            $"name: wide\nversion: 1.0.0\ntask: regression\nschema:\n  features:\n{features}\nlabel: {{name: y}}\nsource: {{feed: wide, "
                + $"query: SELECT 1}}\npipeline: {{trainer: xgboost}}\nrules:\n{rules}\n");
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        Rulebook.Releases.Check(manifest).ShouldBeEmpty();
        using var set = Rulebook.Compiler.Compile(manifest);

        System.Diagnostics.Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("set: {hour: ':ratings'}", "then.set.hour", "'hour' is computed from 'ratings', which is redacted (serving.redact)")]
    [InlineData("set: {hour: 'CASE WHEN query.ratings > 3 THEN 1 ELSE hour END'}", "then.set.hour", "redact 'hour', too")]
    [InlineData("set: {hour: '2'}", null, null)]
    [InlineData("answer: \"'popular'\"", null, null)]
    public void Rule_that_would_log_a_redacted_value_under_another_name_is_refused(string then, string? path, string? message)
    {
        var yaml = Rulebook.MoviesYaml($$$"""
            serving: {redact: [ratings]}
            rules:
              - {name: copy, at: before, when: ratings > 10, then: {{{{then}}}}}
            """);

        var errors = Rulebook.Releases.Check(ManifestParser.ParseOrThrow(yaml), yaml);

        errors.Select(error => error.Path).ShouldBe(path is null ? [] : [$"rules[0].{path}"]);
        errors.ShouldAllBe(error => error.Message.Contains(message!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ratngs < 10", "no such column: ratngs; did you mean 'ratings'? The names here are ")]
    [InlineData("query.ratngs < 10", "no such column: query.ratngs; did you mean 'ratings'? The names here are ")]
    [InlineData("price < 10", "no such column: price; the names here are ")]
    [InlineData("hour > 3 AND < 10", "near \"<\": syntax error (at character 14 of: hour > 3 AND < 10)")]
    [InlineData("genre = 'ü' AND ratngs", " (at character 17 of: genre = 'ü' AND ratngs)")]
    [InlineData("genre = \\\"action\\\"", "no such column: \"action\"")]
    [InlineData("load_extension('x')", "not authorized to use function: load_extension")]
    [InlineData("random() > 0", "not authorized to use function: random")]
    [InlineData("rtings(1)", "no such function: rtings")]
    [InlineData("(SELECT count(*) FROM sqlite_master) > 0", "it may not read sqlite_master")]
    [InlineData("(SELECT count(*) FROM pragma_database_list) > 0", "it may not read pragma_database_list")]
    [InlineData("ratings < 10) UNION SELECT (1", "there is nothing that this ')' closes (at character 13 of")]
    [InlineData("(ratings < 10", "this '(' is not closed (at character 1 of")]
    [InlineData("ratings; DROP TABLE x", "an expression has no ';' (at character 8 of")]
    [InlineData("ratings, hour", "this ',' begins another (at character 8 of")]
    [InlineData("ratings < ?", "'?' begins no name; fields are written plainly, or as :name (at character 11 of")]
    [InlineData("SELECT 1, 2", "this ',' begins another")]
    [InlineData("DELETE FROM query", "near \"DELETE\": syntax error")]
    [InlineData("label = 'popular'", "no such column: label")]
    [InlineData("rowid = 1", "no such column: rowid")]
    [InlineData(" ", "syntax error")]
    [InlineData("-- nothing", "syntax error")]
    [InlineData("1 /* open", "incomplete input")]
    public void Wrong_condition_is_refused_with_rule_and_place(string when, string message)
    {
        var yaml = Rulebook.MoviesYaml(
            $$$"""
            rules:
              - {name: right, at: before, when: ratings < 10, then: {refuse: no}}
              - name: wrong
                at: before
                when: "{{{when}}}"
                then: {refuse: no}
            """);

        var error = Rulebook.Releases.Check(ManifestParser.ParseOrThrow(yaml), yaml).ShouldHaveSingleItem();

        error.Path.ShouldBe("rules[1].when");
        error.Message.ShouldStartWith("rule 'wrong': ");
        error.Message.ShouldContain(message);
        yaml.Split('\n')[error.Line - 1][(error.Column - 1)..].ShouldStartWith("\"");
        error.ToString().ShouldStartWith($"progeny.yaml:{error.Line}:");
    }

    [Theory]
    [InlineData("ratings < 10")]
    [InlineData("query.ratings < 10 -- and a comment")]
    [InlineData("hour BETWEEN 22 AND 23.5 OR hour IS NULL AND genre LIKE 'a%'")]
    [InlineData("genre IN ('a', 'b)', 'it''s')")]
    [InlineData("(SELECT max(x) FROM (SELECT ratings AS x UNION ALL SELECT 5)) > 3")]
    [InlineData("(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ratings) SELECT sum(n) FROM c) > 10")]
    [InlineData("(SELECT count(*) FROM query) = 1")]
    [InlineData("strftime('%H', 'now') > '20'")]
    [InlineData("sqrt(ratings) > 2")]
    [InlineData("RATINGS > 2")]
    [InlineData("SELECT ratings > 2")]
    public void Condition_that_reads_and_computes_is_fine(string when)
    {
        var manifest = Rulebook.OfMovies($"rules: [{{name: one, at: before, when: \"{when}\", then: {{refuse: no}} }}]");
        Rulebook.Releases.Check(manifest).ShouldBeEmpty();
        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"ratings": 4}]"""), 1, 0, 0).Answer.Error?.Message.ShouldStartWith(
            "The query is refused");
    }

    [Fact]
    public void Every_error_is_listed_with_its_key()
    {
        var manifest = Rulebook.OfMovies(
            """
            rules:
              - {name: a, at: before, when: x, then: {set: {hour: y, genre: "'fine'"}}}
              - {name: b, at: after, when: label = 'popular', then: {answer: z}}
              - {name: c, at: after, when: probability_popular > 0.5, then: {answer: "'populr'"}}
              - {name: d, at: after, when: probability_populr > 0.5, then: {refuse: no}}
            gates: [{name: better, before: champion, when: eval_accuracy >}]
            retrain: {when: drift > 0.2 ORR 1}
            """);

        var errors = Rulebook.Releases.Check(manifest);

        errors.Select(error => error.Path).ShouldBe(
            [
                "rules[0].when",
                "rules[0].then.set.hour",
                "rules[1].then.answer",
                "rules[2].then.answer",
                "rules[3].when",
                "gates[0].when",
                "retrain.when",
            ]);
        errors[3].Message.ShouldBe(
            "rule 'c': its answer is 'populr', which is no class of the project; one of 'popular', 'matched', 'for you' would be right");
        Should.Throw<ManifestException>(() => Rulebook.Compiler.Compile(manifest)).Errors.Count.ShouldBe(5);
    }

    [Fact]
    public void Metric_of_another_task_is_no_goal_of_tuning()
    {
        var manifest = Rulebook.OfMovies("tune: {metric: rmse, space: {max_depth: {values: [3, 4]}}}");

        var error = Rulebook.Releases.Check(manifest).ShouldHaveSingleItem();

        error.Path.ShouldBe("tune.metric");
        error.Message.ShouldStartWith("'rmse' is no metric of this task; ");
    }

    [Fact]
    public void Value_without_a_table_is_ambiguous_where_a_feature_has_its_name()
    {
        var errors = Rulebook.Releases.Check(Rulebook.OfPrices("rules: [{name: a, at: after, when: value < 0, then: {answer: \"0\"}}]"));
        errors.ShouldHaveSingleItem().Message.ShouldStartWith("rule 'a': ambiguous column name: value");
    }

    [Fact]
    public void Project_without_rules_costs_nothing() => Rulebook.Compiler.Compile(Rulebook.OfMovies("")).ShouldBeNull();
}
