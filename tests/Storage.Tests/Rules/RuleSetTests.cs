using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Core.Rules;

namespace Progeny.Storage.Tests.Rules;

public sealed class RuleSetTests
{
    private const string ColdStart =
        """
        rules:
          - {name: cold-start, at: before, when: ratings < 10, then: {answer: "'popular'"}}
        """;

    private static readonly float[] Matched = [0.2f, 0.7f, 0.1f];

    [Fact]
    public void Fewer_than_ten_ratings_get_the_popular_ones_without_the_model()
    {
        var (ruled, answer) = Run(ColdStart, """[{"ratings": 9}, {"ratings": 10}, {"ratings": 0}]""");

        Labels(answer).ShouldBe(["popular", "matched", "popular"]);
        answer.Prediction!.Scores.ToArray().ShouldBe([1, 0, 0, 0.2f, 0.7f, 0.1f, 1, 0, 0]);
        ruled.Fired.Select(names => string.Join(",", names)).ShouldBe(["cold-start", "", "cold-start"]);
        ruled.Answered.ToArray().ShouldBe([true, false, true]);
    }

    [Fact]
    public void Only_the_rows_that_no_rule_answered_are_left_to_the_model()
    {
        var manifest = Rulebook.OfMovies(ColdStart);
        using var rules = Rulebook.Compiler.Compile(manifest)!;
        var ruled = rules.Begin(
            Rulebook.Rows(manifest, """[{"ratings": 1, "genre": "a"}, {"ratings": 20, "genre": "b", "hour": 3}, {"ratings": 30}]"""));

        ruled.Before().ShouldBeNull();

        ruled.Answered.ToArray().ShouldBe([true, false, false]);
        ruled.NeedsModel.ShouldBeTrue();
    }

    [Fact]
    public void Request_whose_rows_are_all_answered_needs_no_model()
    {
        var (ruled, answer) = Run(ColdStart, """[{"ratings": 1}]""");
        ruled.NeedsModel.ShouldBeFalse();
        Labels(answer).ShouldBe(["popular"]);
    }

    [Fact]
    public void Rule_that_does_not_fire_leaves_the_models_answer_as_it_is()
    {
        var (ruled, answer) = Run(ColdStart, """[{"ratings": 50}]""");
        ruled.Fired.ShouldBeEmpty();
        ruled.HasAnswers.ShouldBeFalse();
        answer.Prediction!.Scores.ToArray().ShouldBe(Matched);
    }

    [Fact]
    public void Refusal_names_rule_row_and_reason()
    {
        var (_, answer) = Run(
            "rules: [{name: night, at: before, when: hour >= 22, then: {refuse: we sleep at night}}]",
            """[{"ratings": 1, "hour": 3}, {"ratings": 1, "hour": 23}, {"ratings": 1, "hour": 22}]""");

        answer.Error!.Kind.ShouldBe(ServingErrorKind.InvalidQuery);
        answer.Error.Message.ShouldBe("The query is refused by the rule 'night'.");
        answer.Error.Fields.ShouldBe([new(1, "rules.night", "we sleep at night"), new(2, "rules.night", "we sleep at night")]);
    }

    [Fact]
    public void Condition_that_is_null_does_not_fire()
    {
        var (ruled, _) = Run("rules: [{name: night, at: before, when: hour >= 22, then: {refuse: no}}]", """[{"ratings": 1}]""");
        ruled.Fired.ShouldBeEmpty();
    }

    [Fact]
    public void Rules_run_in_order_and_see_what_those_before_them_set()
    {
        var manifest = Rulebook.OfMovies(
            """
            rules:
              - {name: fill, at: before, when: hour IS NULL, then: {set: {hour: ratings / 2, genre: "'unknown'"}}}
              - {name: swap, at: before, when: hour = 5, then: {set: {ratings: hour, hour: ratings}}}
              - {name: first, at: before, when: ratings = 5, then: {answer: "genre = 'unknown' AND 'matched' OR 'popular'"}}
            """.Replace(
                "genre = 'unknown' AND 'matched' OR 'popular'", "iif(genre = 'unknown', 'matched', 'popular')", StringComparison.Ordinal)
            + "\n  - {name: second, at: before, when: 'true', then: {answer: \"'popular'\"}}");
        var rows = Rulebook.Rows(manifest, """[{"ratings": 10}]""");

        var (ruled, answer) = Rulebook.Run(manifest, rows, Matched);

        Labels(answer).ShouldBe(["matched"]);
        ruled.Fired.ShouldHaveSingleItem().ShouldBe(["fill", "swap", "first"]);
        rows.Features.Columns[0].Get(0).ShouldBe(5L);
        rows.Features.Columns[1].Get(0).ShouldBe(10f);
        rows.Features.Columns[0].TryGetOriginal(0, out var original).ShouldBeTrue();
        original.ShouldBe(10L);
    }

    [Theory]
    [InlineData("hour: 24", "24 is above the greatest value allowed, 23")]
    [InlineData("hour: \"'noon'\"", "the text 'noon' is not a number")]
    [InlineData("ratings: 1.5", "1.5 is not an integer")]
    public void Value_set_is_held_to_the_schema(string set, string error)
    {
        var manifest = Rulebook.OfMovies($"rules: [{{name: fill, at: before, when: 'true', then: {{set: {{{set}}}}}}}]");
        var rows = Rulebook.Rows(manifest, """[{"ratings": 10}]""");

        Rulebook.Run(manifest, rows, Matched);

        rows.Features.Errors.ShouldHaveSingleItem().Message.ShouldBe($"rule 'fill' sets a value that does not fit: {error}");
    }

    [Fact]
    public void Required_feature_set_to_null_is_missing()
    {
        var manifest = Rulebook.OfMovies(
            "rules: [{name: drop, at: before, when: 'true', then: {set: {ratings: 'NULL'}}}]".Replace(
                "'NULL'", "\"NULL\"", StringComparison.Ordinal));
        var rows = Rulebook.Rows(manifest, """[{"ratings": 10}]""");

        Rulebook.Run(manifest, rows, Matched);
        rows.Features.CheckMissing();

        rows.Features.Errors.ShouldHaveSingleItem().Field.ShouldBe("ratings");
    }

    [Fact]
    public void Missing_required_feature_may_be_set_or_answered_by_a_rule()
    {
        var manifest = Rulebook.OfMovies("rules: [{name: new, at: before, when: ratings IS NULL, then: {answer: \"'popular'\"}}]");
        var rows = Rulebook.Rows(manifest, """[{"hour": 1}, {"ratings": 3}]""");

        var (ruled, answer) = Rulebook.Run(manifest, rows, Matched);
        rows.Features.CheckMissing(ruled.Answered.Span);

        rows.Features.Errors.ShouldBeEmpty();
        Labels(answer).ShouldBe(["popular", "matched"]);
    }

    [Fact]
    public void Rule_after_the_model_sees_query_and_prediction_and_overrides_it()
    {
        var (ruled, answer) = Run(
            """
            rules:
              - name: unsure
                at: after
                when: label = 'matched' AND probability_matched < 0.75 AND "probability_for you" > 0.05 AND NOT member
                then: {answer: "'for you'"}
            """,
            """[{"ratings": 1, "member": false}, {"ratings": 1, "member": true}, {"ratings": 1}]""");

        Labels(answer).ShouldBe(["for you", "matched", "matched"]);
        answer.Prediction!.Row(0).ToArray().ShouldBe([0, 0, 1]);
        answer.Prediction.Row(1).ToArray().ShouldBe(Matched);
        ruled.HasAnswers.ShouldBeTrue();
        ruled.Answered.Span.Contains(true).ShouldBeFalse();
    }

    [Fact]
    public void Rules_after_the_model_also_see_what_rules_before_it_answered()
    {
        var (ruled, answer) = Run(
            ColdStart + "\n  - {name: nights, at: after, when: label = 'popular' AND hour > 20, then: {refuse: nothing popular at night}}",
            """[{"ratings": 1, "hour": 21}]""");

        answer.Error!.Fields.ShouldHaveSingleItem().Message.ShouldBe("nothing popular at night");
        ruled.Fired.ShouldHaveSingleItem().ShouldBe(["cold-start", "nights"]);
    }

    [Fact]
    public void Value_of_a_regression_is_bounded_by_a_rule()
    {
        var manifest = Rulebook.OfPrices(
            """
            rules:
              - {name: floor, at: after, when: prediction.value < 0, then: {answer: "0"}}
              - {name: cap, at: after, when: prediction.value > query.value, then: {answer: query.value * 1.5}}
            """);

        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"area": 1}]"""), -4).Answer.Prediction!.Scores.ToArray().ShouldBe([0]);
        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"area": 1, "value": 8}]"""), 9).Answer.Prediction!.Scores.ToArray()
            .ShouldBe([12]);
        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"area": 1, "value": 10}]"""), 9).Answer.Prediction!.Scores.ToArray()
            .ShouldBe([9]);
    }

    [Theory]
    [InlineData("genre", "its answer is 'horror', which is no class of the project; one of 'popular', 'matched', 'for you' would be right")]
    [InlineData("hour", "its answer is NULL; one of 'popular', 'matched', 'for you' would be right")]
    [InlineData("abs(ratings - 9223372036854775807 - 2)", "integer overflow")]
    public void Answer_that_is_no_class_fails_the_query_and_names_rule_and_row(string sql, string problem)
    {
        var (_, answer) = Run(
            $"rules: [{{name: odd, at: before, when: ratings < 9, then: {{answer: \"{sql}\"}}}}]",
            """[{"ratings": 10}, {"ratings": 1, "genre": "horror"}]""");

        answer.Error!.Kind.ShouldBe(ServingErrorKind.RuleFailed);
        answer.Error.Message.ShouldBe($"Rule 'odd' failed on row 1: {problem}.");
    }

    [Theory]
    [InlineData("(WITH RECURSIVE c(n) AS (SELECT ratings UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c) > 1", "steps")]
    [InlineData("length(replace(printf('%30000d', ratings), ' ', 'aaaaaaaaaa')) > 1", "65536 bytes")]
    [InlineData("genre", "its condition is a text")]
    public void Expression_that_does_too_much_ends_with_the_rules_name(string sql, string problem)
    {
        var (_, answer) = Run(
            $"rules: [{{name: runaway, at: before, when: \"{sql}\", then: {{refuse: no}}}}]", """[{"ratings": 2, "genre": "a"}]""");

        answer.Error!.Kind.ShouldBe(ServingErrorKind.RuleFailed);
        answer.Error.Message.ShouldStartWith("Rule 'runaway' failed on row 0: ");
        answer.Error.Message.ShouldContain(problem);
    }

    [Fact]
    public void Set_of_rules_goes_on_after_a_failure()
    {
        var manifest = Rulebook.OfMovies(
            "rules: [{name: odd, at: before, when: \"abs(ratings - 9223372036854775807 - 2) > 0\", then: {refuse: no}}]");
        using var rules = Rulebook.Compiler.Compile(manifest)!;

        rules.Begin(Rulebook.Rows(manifest, """[{"ratings": 1}]""")).Before()!.Kind.ShouldBe(ServingErrorKind.RuleFailed);
        rules.Begin(Rulebook.Rows(manifest, """[{"ratings": 5}]""")).Before()!.Kind.ShouldBe(ServingErrorKind.InvalidQuery);
    }

    [Fact]
    public void Field_that_is_no_feature_is_written_with_a_colon()
    {
        var manifest = Rulebook.OfMovies(
            """
            rules:
              - {name: banned, at: before, when: ":country = 'XX' OR user = 7", then: {refuse: not here}}
            """);

        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"ratings": 1, "country": "XX"}]"""), Matched).Answer.Error.ShouldNotBeNull();
        Rulebook.Run(manifest, Rulebook.Rows(manifest, """[{"ratings": 1, "user": 7}]"""), Matched).Answer.Error.ShouldNotBeNull();
        Rulebook.Run(
            manifest, Rulebook.Rows(manifest, """[{"ratings": 1, "country": "DE", "user": 8}]"""), Matched).Answer.Error.ShouldBeNull();
    }

    [Theory]
    [InlineData(new long[] { -1, 3 }, DataType.Fp32, new float[] { 1, 0, 0, 0.2f, 0.7f, 0.1f })]
    [InlineData(new long[] { -1, 3 }, DataType.Fp64, new float[] { 1, 0, 0, 0.2f, 0.7f, 0.1f })]
    public void Tensor_of_the_prediction_holds_the_rules_answers(long[] shape, DataType type, float[] expected)
    {
        var (ruled, answer) = Run(ColdStart, """[{"ratings": 9}, {"ratings": 10}]""");
        TensorSpec[] outputs = [new("label", DataType.Int64, [-1]), new("probabilities", type, [.. shape])];

        var tensor = ruled.ReplaceOutputs(answer, [.. outputs], []).Outputs.ShouldHaveSingleItem();

        tensor.Name.ShouldBe("probabilities");
        tensor.Shape.ShouldBe([2, 3]);
        var values = type == DataType.Fp32
            ? MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray()
            : [.. MemoryMarshal.Cast<byte, double>(tensor.Data.Span).ToArray().Select(value => (float)value)];
        values.ShouldBe(expected);
        ruled.ReplaceOutputs(answer, [.. outputs], ["label"]).Error!.Message.ShouldContain("no output 'label'");
    }

    [Fact]
    public void Threads_at_once_never_see_each_others_rows()
    {
        var manifest = Rulebook.OfMovies("rules: [{name: own, at: before, when: genre IS NOT NULL, then: {answer: genre}}]");
        using var rules = Rulebook.Compiler.Compile(manifest)!;
        string?[] genres = ["popular", "matched", "for you", null];

        Parallel.For(0, 2_000, i =>
        {
            var genre = genres[i % 4];
            var ruled = rules.Begin(
                Rulebook.Rows(manifest, genre is null ? """[{"ratings": 1}]""" : $$"""[{"ratings": 1, "genre": "{{genre}}"}]"""));
            ruled.Before().ShouldBeNull();
            ruled.NeedsModel.ShouldBe(genre is null);
            if (genre is not null)
                Labels(ruled.After(new ModelAnswer())).ShouldBe([genre]);
        });
    }

    [Fact]
    public void Set_that_was_disposed_still_answers_whoever_holds_it()
    {
        var manifest = Rulebook.OfMovies(ColdStart);
        var rules = Rulebook.Compiler.Compile(manifest)!;
        rules.Dispose();
        var ruled = rules.Begin(Rulebook.Rows(manifest, """[{"ratings": 1}]"""));
        ruled.Before().ShouldBeNull();
        ruled.NeedsModel.ShouldBeFalse();
    }

    private static (RuledRows Ruled, ModelAnswer Answer) Run(string rules, string rows)
    {
        var manifest = Rulebook.OfMovies(rules);
        return Rulebook.Run(manifest, Rulebook.Rows(manifest, rows), Matched);
    }

    private static IEnumerable<string> Labels(ModelAnswer answer) =>
        answer.Prediction!.Labels.ToArray().Select(label => answer.Prediction.Classes[label]);
}
