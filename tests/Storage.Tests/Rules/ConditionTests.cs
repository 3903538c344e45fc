using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Storage.Tests.Rules;

/// <summary>Gates, alerts and <c>retrain.when</c>: SQL over the figures of generations.</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("eval_logLoss <= champion.eval_logLoss - 0.02", null)]
    [InlineData("EVAL_LOGLOSS < 1 AND round(load_ms, 2) > 1 OR psi_genre > 0.2", null)]
    [InlineData("metrics.loss < champion.loss", null)]
    [InlineData("requests > 10 AND (SELECT max(loss, champion.loss)) < 1", null)]
    [InlineData("eval_loglos < 1", "no such column: eval_loglos; did you mean 'eval_logLoss'? (at character 1 of:")]
    [InlineData("loss < champion.los", "no such column: champion.los; did you mean 'loss'?")]
    [InlineData("eval_rmse < 1", "no such column: eval_rmse")]
    [InlineData("loss < previous.loss", "no such column: previous.loss")]
    [InlineData("loss > bestof(champion.loss)", "no such function: bestof")]
    [InlineData("loss > random()", "not authorized to use function: random")]
    [InlineData("loss > > 1", "syntax error")]
    [InlineData("loss > :x", "no such field: :x")]
    [InlineData("(SELECT max(loss) FROM history) < 1", "no such table: history")]
    public void Gate_is_checked_in_full_when_it_is_released(string when, string? message)
    {
        var errors = Rulebook.Releases.Check(Rulebook.OfMovies($"gates: [{{name: better, before: champion, when: \"{when}\"}}]"));
        if (message is null)
            errors.ShouldBeEmpty();
        else
            errors.ShouldHaveSingleItem().Message.ShouldContain(message);
    }

    [Fact]
    public void Alerts_and_retraining_see_the_champion_s_figures_by_plain_names_only()
    {
        var errors = Rulebook.Releases.Check(Rulebook.OfMovies(
            """
            alerts: [{name: slow, when: latency_p99 > champion.latency_p99}, {name: wrong, when: error_rate > 0.1}]
            retrain: {when: drift = 1 AND new_outcomes > 1000 AND champion.loss > 1}
            """));
        errors.Select(error => error.Path).ShouldBe(["alerts[0].when", "retrain.when"]);
        errors[0].Message.ShouldStartWith("alert 'slow': no such column: champion.latency_p99");
    }

    [Fact]
    public void Verdict_names_the_figures_it_used()
    {
        using var set = Compile("eval_accuracy >= champion.eval_accuracy - 0.02");
        var verdict = set.Gate(0, Figures(("eval_accuracy", 0.61), ("loss", 3)), Figures(("eval_accuracy", 0.68)));
        verdict.Holds.ShouldBeFalse();
        verdict.Message.ShouldBe(
            "eval_accuracy 0.61, champion.eval_accuracy 0.68: eval_accuracy >= champion.eval_accuracy - 0.02 is false");
        verdict.Figures.ShouldBe(new Dictionary<string, double> { ["champion.eval_accuracy"] = 0.68, ["eval_accuracy"] = 0.61 });
        set.Gate(0, Figures(("eval_accuracy", 0.67)), Figures(("eval_accuracy", 0.68))).Holds.ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_known_is_not_true_and_is_said()
    {
        using var set = Compile("loss < champion.loss");
        var verdict = set.Gate(0, Figures(("loss", 0.5)), Figures());
        verdict.Holds.ShouldBeFalse();
        verdict.Message.ShouldBe("loss 0.5, champion.loss is not known: loss < champion.loss is NULL, which is not true");
        set.Gate(0, Figures(), Figures(("loss", 0.5))).Message.ShouldStartWith("loss is not known, champion.loss 0.5: ");
    }

    [Fact]
    public void Gate_that_compares_with_a_champion_lets_the_first_generation_through_and_others_do_not()
    {
        using var set = Compile("loss < champion.loss");
        set.Gate(0, Figures(("loss", 2)), null).ShouldSatisfyAllConditions(
            verdict => verdict.Holds.ShouldBeTrue(),
            verdict => verdict.Message.ShouldBe("there is no champion to compare with: loss < champion.loss is not asked"));
        using var alone = Compile("loss < 1");
        alone.Gate(0, Figures(("loss", 2)), null).Holds.ShouldBeFalse();
    }

    [Theory]
    [InlineData("'yes'", "'yes' is a text; true or false would be right")]
    [InlineData(
        "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c) > loss",
        "failed: it took more than 200000 steps")]
    public void Condition_that_says_neither_yes_nor_no_does_not_hold(string when, string message)
    {
        using var set = Compile(when);
        var verdict = set.Gate(0, Figures(("loss", 1)), null);
        verdict.Holds.ShouldBeFalse();
        verdict.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Conditions_that_take_long_have_a_bounded_time_together_and_those_behind_them_do_not_hold()
    {
        var when = string.Join(
            ", ",
            Enumerable.Range(0, 60)
                .Select(i =>
                    $"{{name: g{i}, before: champion, when: \"({HostileExpressionTests.Loop} SELECT sum(length(printf('%60000d', i))) "
                        + $"FROM c) > {i}\"}}"));
        using var set = Rulebook.Conditions.Compile(Rulebook.OfMovies($"gates: [{when}]"));
        var asked = 0;
        Func<ConditionVerdict> Gate(int i) => () =>
        {
            asked++;
            return set.Gate(i, Figures(("loss", 1)), null);
        };

        var verdicts = await set.AskAsync([.. Enumerable.Range(0, 60).Select(Gate)], default);

        // Of 250 ms each, in a second: the one under way is not cut short.
        asked.ShouldBeInRange(1, 6);
        verdicts.Count.ShouldBe(60);
        verdicts.ShouldAllBe(verdict => !verdict.Holds);
        verdicts[59].Message.ShouldBe("it was not asked: those before it took more than 1 s together");
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => set.AskAsync([Gate(59)], gone.Token));
        asked.ShouldBeInRange(1, 6);
    }

    [Fact]
    public void Condition_of_an_older_release_that_is_wrong_does_not_hold_and_says_why_beside_sound_ones()
    {
        using var set = Rulebook.Conditions.Compile(Rulebook.OfMovies(
            "gates: [{name: old, before: champion, when: auc > 1}, {name: fine, before: champion, when: loss < 1}]\nalerts: [{name: a, "
                + "when: loss > 1}]\nretrain: {when: drift}"));
        set.Gate(0, Figures(), null).Message.ShouldStartWith("it cannot be computed: no such column: auc; did you mean 'eval_auc'?");
        set.Gate(1, Figures(("loss", 0.5)), null).Holds.ShouldBeTrue();
        set.Alert(0, Figures(("loss", 2))).Holds.ShouldBeTrue();
        set.Retrain(Figures(("drift", 1)))!.Message.ShouldBe("drift 1: drift is true");
    }

    [Fact]
    public void Names_are_once_whatever_their_case_and_what_every_project_has_comes_first()
    {
        var manifest = Rulebook.OfMovies(
            "metrics: [{name: Drift, value: \"1\"}, {name: hit, value: \"1\"}]\nevaluation: {groups: [genre]}");
        var names = FigureNames.Of(manifest);
        names.ShouldBeUnique();
        names.Count(name => name.Equals("drift", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
        names.ShouldContain("hit");
        names.ShouldContain("psi_genre");
        names.ShouldContain("loss_gap_genre");
        names.ShouldContain("served_auc");
        names.ShouldNotContain("eval_rmse");
        FigureNames.Of(
            manifest with
            {
                Features = [.. Enumerable.Range(0, 3_000).Select(i => new Feature { Name = $"f{i}", Type = FeatureType.Float })],
            })
            .Count.ShouldBeLessThan(2_000);
    }

    private static ConditionSet Compile(string when) =>
        Rulebook.Conditions.Compile(Rulebook.OfMovies($"gates: [{{name: one, before: champion, when: \"{when}\"}}]"));

    private static Dictionary<string, double?> Figures(params (string Name, double Value)[] figures) =>
        figures.ToDictionary(figure => figure.Name, figure => (double?)figure.Value);
}
