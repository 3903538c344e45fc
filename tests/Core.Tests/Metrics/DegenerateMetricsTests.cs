using Progeny.Core.Common;
using Progeny.Core.Evaluation;

namespace Progeny.Core.Tests.Metrics;

/// <summary>The answers of docs/evaluation.md where predictions do not define a figure.</summary>
public sealed class DegenerateMetricsTests
{
    private static readonly string[] Two = ["no", "yes"];
    private static readonly string[] Three = ["a", "b", "c"];

    [Fact]
    public void No_rows_define_no_metric()
    {
        EvaluationReport.Of(PredictionSet.OfClasses(Two, [], [])).Metrics.Values.ShouldAllBe(figure => figure == null);
        EvaluationReport.Of(PredictionSet.OfClasses(Three, [], [])).Metrics.Values.ShouldAllBe(figure => figure == null);
        EvaluationReport.Of(PredictionSet.OfValues([], [])).Metrics.Values.ShouldAllBe(figure => figure == null);
    }

    [Fact]
    public void Rounding_leads_no_figure_out_of_its_range()
    {
        // All right: 1, and not 1.0000000000000002 as the formulas have it for 1 and 3 rows, and for 11 positive ones.
        EvaluationReport.Of(PredictionSet.OfClasses(Two, [0, 1, 1, 1], [0.9, 0.1, 0.2, 0.8, 0.2, 0.8, 0.2, 0.8])).Metrics["mcc"]
            .ShouldBe(1);
        int[] truth = [0, .. Enumerable.Repeat(1, 11)];
        double[] scores = [1, 0, .. Enumerable.Range(1, 11).SelectMany(i => (double[])[1 - (i / 16.0), i / 16.0])];
        EvaluationReport.Of(PredictionSet.OfClasses(Two, truth, scores)).Metrics["prAuc"].ShouldBe(1);
    }

    [Fact]
    public void Figure_beyond_a_64_bit_float_is_none()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfValues([1e300, -1e300, 1], [-1e300, 1e300, 0])).Metrics;

        Undefined(metrics).ShouldBe(["rmse", "r2"], ignoreOrder: true);
        metrics.Values.ShouldAllBe(figure => figure == null || double.IsFinite(figure.Value));
    }

    [Fact]
    public void Truth_without_the_positive_class_leaves_out_what_needs_it()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfClasses(Two, [0, 0], [0.9, 0.1, 0.2, 0.8])).Metrics;

        Undefined(metrics).ShouldBe(["recall", "auc", "prAuc", "mcc"]);
        metrics["accuracy"].ShouldBe(0.5);
        metrics["balancedAccuracy"].ShouldBe(0.5);
        metrics["precision"].ShouldBe(0);
        metrics["f1"].ShouldBe(0);
    }

    [Fact]
    public void Truth_of_the_positive_class_alone_has_no_ranking_but_a_full_precision()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfClasses(Two, [1, 1], [0.9, 0.1, 0.2, 0.8])).Metrics;

        Undefined(metrics).ShouldBe(["auc", "mcc"]);
        metrics["prAuc"].ShouldBe(1);
        metrics["recall"].ShouldBe(0.5);
    }

    [Fact]
    public void Positive_class_never_predicted_leaves_precision_out_and_correlates_by_chance()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfClasses(Two, [0, 1], [0.9, 0.1, 0.8, 0.2])).Metrics;

        Undefined(metrics).ShouldBe(["precision"]);
        metrics["recall"].ShouldBe(0);
        metrics["f1"].ShouldBe(0);
        metrics["mcc"].ShouldBe(0);
        metrics["auc"].ShouldBe(1);
    }

    [Fact]
    public void Class_that_never_occurs_is_left_out_of_the_averages()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfClasses(Three, [0, 1, 1], [0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.2, 0.7, 0.1])).Metrics;

        metrics["f1"].ShouldBe(1);
        metrics["balancedAccuracy"].ShouldBe(1);
        metrics["auc"].ShouldBe(1);
        metrics["prAuc"].ShouldBe(1);
    }

    [Fact]
    public void Constant_truth_has_no_variance_to_explain()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfValues([3.3, 3.3, 3.3], [3.3, 3, 4])).Metrics;

        Undefined(metrics).ShouldBe(["r2"]);
    }

    [Fact]
    public void True_value_of_zero_has_no_percentage()
    {
        var metrics = EvaluationReport.Of(PredictionSet.OfValues([0, 2], [1, 2])).Metrics;

        Undefined(metrics).ShouldBe(["mape"]);
    }

    [Fact]
    public void Certain_and_wrong_probability_costs_a_finite_log_loss()
    {
        new LogLoss().Compute(PredictionSet.OfClasses(Two, [1], [1, 0])).ShouldNotBeNull().ShouldBe(-Math.Log(Math.Pow(2, -52)), 1e-9);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1.5)]
    [InlineData(-0.1)]
    public void What_is_no_probability_is_refused_with_its_row(double probability)
    {
        Should.Throw<ArgumentException>(() => PredictionSet.OfClasses(Two, [0, 1], [0.5, 0.5, 0.5, probability]))
            .Message.ShouldContain(FormattableString.Invariant($"Row 1: {probability} is not a probability"));
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        Should.Throw<ArgumentException>(() => PredictionSet.OfClasses(Two, [0, 1], [0.5, 0.5])).Message.ShouldContain(
            "need 4 probabilities, not 2");
        Should.Throw<ArgumentException>(() => PredictionSet.OfClasses(Two, [2], [0.5, 0.5])).Message.ShouldContain(
            "Row 0: the true class is number 2");
        Should.Throw<ArgumentException>(() => PredictionSet.OfClasses(["one"], [0], [1])).Message.ShouldContain("two classes or more");
        Should.Throw<ArgumentException>(() => PredictionSet.OfValues([1], [])).Message.ShouldContain("1 true values");
        Should.Throw<ArgumentException>(() => PredictionSet.OfValues([1], [double.NaN])).Message.ShouldContain(
            "Row 0: the predicted value NaN");
    }

    [Fact]
    public void Folds_are_averaged_over_those_that_define_a_figure_and_their_counts_added()
    {
        var first = EvaluationReport.Of(PredictionSet.OfClasses(Two, [0, 1], [0.9, 0.1, 0.2, 0.8]));
        var second = EvaluationReport.Of(PredictionSet.OfClasses(Two, [0, 0, 0], [0.9, 0.1, 0.2, 0.8, 0.7, 0.3]));

        var report = EvaluationReport.OverFolds([first, second]);

        report.Task.ShouldBe(MachineLearningTask.Binary);
        report.Rows.ShouldBe(5);
        report.Metrics["auc"].ShouldBe(1);
        report.Metrics["accuracy"].ShouldNotBeNull().ShouldBe((1 + 2 / 3.0) / 2, 1e-12);
        report.Confusion!.Counts.Select(row => row.ToArray()).ToArray().ShouldBeEquivalentTo(new long[][] { [3, 1], [0, 1] });
        report.Confusion.Total().ShouldBe(5);
        report.Folds.Count.ShouldBe(2);
    }

    private static IEnumerable<string> Undefined(IReadOnlyDictionary<string, double?> metrics) =>
        metrics.Where(metric => metric.Value is null).Select(metric => metric.Key);
}
