using Progeny.Core.Common;
using Progeny.Core.Evaluation;

namespace Progeny.Core.Tests.Metrics;

public sealed class MetricsTests
{
    private static readonly ScikitLearnFacts Facts = ScikitLearnFacts.Load();

    public static TheoryData<string> ClassificationFacts => [.. Facts.Classification.Select(fact => fact.Name)];

    public static TheoryData<string> RegressionFacts => [.. Facts.Regression.Select(fact => fact.Name)];

    [Theory]
    [MemberData(nameof(ClassificationFacts))]
    public void Metrics_of_classes_agree_with_scikit_learn(string name)
    {
        var fact = Facts.Classification.Single(fact => fact.Name == name);
        var predictions = PredictionSet.OfClasses(
            [.. Enumerable.Range(0, fact.Classes).Select(i => $"class {i}")], fact.Truth, fact.Probabilities, fact.Threshold);

        var report = EvaluationReport.Of(predictions);

        report.Rows.ShouldBe(fact.Truth.Length);
        report.Confusion!.Counts.Select(row => row.ToArray()).ToArray().ShouldBeEquivalentTo(fact.Confusion);
        ShouldAgree(report, fact.Metrics);
    }

    [Theory]
    [MemberData(nameof(RegressionFacts))]
    public void Metrics_of_numbers_agree_with_scikit_learn(string name)
    {
        var fact = Facts.Regression.Single(fact => fact.Name == name);

        var report = EvaluationReport.Of(PredictionSet.OfValues(fact.Truth, fact.Values));

        report.Confusion.ShouldBeNull();
        ShouldAgree(report, fact.Metrics);
    }

    [Fact]
    public void Report_names_the_metrics_of_its_task_in_the_catalogues_order()
    {
        var report = EvaluationReport.Of(PredictionSet.OfValues([1, 2], [1, 3]));

        report.Metrics.Keys.ShouldBe(["rmse", "mae", "mape", "r2", "pinball10", "pinball50", "pinball90"]);
        MetricCatalogue.For(MachineLearningTask.Binary).ShouldBe(MetricCatalogue.For(MachineLearningTask.Multiclass));
        MetricCatalogue.Find("logLoss").ShouldBeOfType<LogLoss>().GreaterIsBetter.ShouldBeFalse();
        MetricCatalogue.Find("nothing").ShouldBeNull();
    }

    [Fact]
    public void Metric_refuses_predictions_of_another_task()
    {
        var numbers = PredictionSet.OfValues([1], [1]);
        var classes = PredictionSet.OfClasses(["no", "yes"], [0], [1, 0]);

        Should.Throw<ArgumentException>(() => new Accuracy().Compute(numbers)).Message.ShouldContain("'accuracy' is for classification");
        Should.Throw<ArgumentException>(() => new RSquared().Compute(classes)).Message.ShouldContain("'r2' is for regression");
    }

    [Fact]
    public void Pinball_is_named_for_its_quantile_and_refuses_one_outside_of_0_to_1()
    {
        new PinballLoss(0.975).Name.ShouldBe("pinball97_5");
        Should.Throw<ArgumentOutOfRangeException>(() => new PinballLoss(1));
        Should.Throw<ArgumentOutOfRangeException>(() => new PinballLoss(double.NaN));
    }

    private static void ShouldAgree(EvaluationReport report, Dictionary<string, double> figures)
    {
        report.Metrics.Keys.ShouldBe(figures.Keys);
        foreach (var (name, figure) in figures)
            report.Metrics[name].ShouldNotBeNull(name).ShouldBe(figure, 1e-9, name);
    }
}
