using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Storage.Tests.Rules;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.Metrics;

public sealed class MetricSetTests
{
    private static readonly QueryRecord Movie = QueryRecords.Create("a") with
    {
        Fields = QueryRecords.Fields("""{"ratings":7,"hour":3.0,"genre":null,"user":"u1"}"""),
        Augmented = QueryRecords.Fields("""{"genre":"noir"}"""),
        Prediction = QueryRecords.Classes("matched", ("popular", 0.2f), ("matched", 0.5f), ("for you", 0.3f)),
    };

    private static readonly QueryRecord Home = Movie with
    {
        Fields = QueryRecords.Fields("""{"area":3}"""),
        Augmented = null,
        Prediction = QueryRecords.Value(12.5f),
    };

    [Fact]
    public void Loss_of_classes_is_the_log_loss_of_their_probabilities()
    {
        using var metrics = Rulebook.Metrics.Compile(Rulebook.OfMovies(""));
        metrics.Score(Movie, "matched")![MetricsPoint.LossName].ShouldBe(-Math.Log(0.5), 1e-9);
        metrics.Score(Movie, "popular")![MetricsPoint.LossName].ShouldBe(-Math.Log(0.2), 1e-9);
        metrics.Score(Movie, "no such class")!.ShouldBeEmpty();
        metrics.Score(Movie with { Prediction = null }, "matched").ShouldBeNull();
        metrics.Score(Movie with { Prediction = null, Outputs = new LoggedTensors([], HasData: true) }, "matched")!.ShouldBeEmpty();
    }

    [Fact]
    public void Loss_of_a_number_is_its_squared_error()
    {
        using var metrics = Rulebook.Metrics.Compile(Rulebook.OfPrices(""));
        metrics.Score(Home, "10")!.ShouldBe([new(MetricsPoint.LossName, 6.25)]);
    }

    [Fact]
    public void Own_metrics_see_fields_augmented_features_prediction_and_outcome()
    {
        using var movies = Rulebook.Metrics.Compile(Rulebook.OfMovies(
            """
            metrics:
              - {name: hit, value: label = outcome}
              - {name: regret, value: "CASE WHEN outcome = 'for you' THEN 1 - \"probability_for you\" END"}
              - {name: noir_ratings, value: "CASE genre WHEN 'noir' THEN ratings ELSE 0 END"}
              - {name: of_user, value: "length(user) + hour / 2"}
              - {name: words, value: label}
              - {name: broken, value: "abs(-9223372036854775808 + 0 * ratings)"}
            """));
        movies.Score(Movie, "matched")!.Where(figure => figure.Key != MetricsPoint.LossName).ShouldBe(
            [new("hit", 1), new("noir_ratings", 7), new("of_user", 3.5)]);
        var other = movies.Score(Movie, "for you")!;
        (other["hit"], other["regret"]).ShouldBe((0, 0.7));
        movies.Score(Movie with { Fields = null, Augmented = null }, "matched")!.Keys.ShouldBe(
            [MetricsPoint.LossName, "hit", "noir_ratings"]);

        using var prices = Rulebook.Metrics.Compile(
            Rulebook.OfPrices("metrics: [{name: cost, value: \"abs(prediction.value - outcome) * area\"}]"));
        prices.Score(Home, "10")!["cost"].ShouldBe(7.5);
    }

    [Fact]
    public void Classes_that_differ_in_case_only_have_probabilities_of_their_own()
    {
        var manifest = Rulebook.OfMovies(
            "metrics: [{name: first, value: probability_A}, {name: second, value: probability_a_2}, {name: third, value: probability_b}]");
        using var metrics = Rulebook.Metrics.Compile(manifest with { Label = manifest.Label! with { Classes = ["A", "a", "b"] } });

        var figures = metrics.Score(Movie with { Prediction = QueryRecords.Classes("a", ("A", 0.25f), ("a", 0.5f), ("b", 0.25f)) }, "a")!;

        (figures["first"], figures["second"], figures["third"]).ShouldBe((0.25, 0.5, 0.25));
        figures[MetricsPoint.LossName].ShouldBe(-Math.Log(0.5), 1e-9);
    }

    [Theory]
    [InlineData("labl = outcome", "metric 'own': no such column: labl; did you mean 'label'? The names here are ")]
    [InlineData("label = outcome AND", "syntax error")]
    [InlineData("random()", "not authorized to use function: random")]
    [InlineData("outcome, label", "this ',' begins another (at character 8 of")]
    public void Wrong_expression_is_refused_at_release_with_its_place(string value, string message)
    {
        var yaml = Rulebook.MoviesYaml($"metrics:\n  - name: own\n    value: \"{value}\"");
        var error = Rulebook.Releases.Check(ManifestParser.ParseOrThrow(yaml), yaml).ShouldHaveSingleItem();
        error.Path.ShouldBe("metrics[0].value");
        error.Message.ShouldContain(message);
        yaml.Split('\n')[error.Line - 1][(error.Column - 1)..].ShouldStartWith("\"");
    }

    [Theory]
    [InlineData(
        "metrics: [{name: loss, value: 1}]", "metrics[0].name", "'loss' is a figure of every project; give the metric a name of its own")]
    [InlineData("metrics: [{name: hit, value: 1}, {name: Hit, value: 1}]", "metrics[1].name", "'Hit' is taken already")]
    [InlineData("metrics: [{name: hit rate, value: 1}]", "metrics[0].name", "a field's name")]
    [InlineData("metrics: [{name: hit}]", "metrics[0].value", "is missing")]
    public void Wrong_metric_is_refused_by_the_manifest(string yaml, string path, string message)
    {
        var error = ManifestParser.Parse(Rulebook.MoviesYaml(yaml)).Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldContain(message);
    }
}
