using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>The metrics that every evaluation reports, in the order in which they are shown.</summary>
public static class MetricCatalogue
{
    public static IReadOnlyList<IMetric> All { get; } =
    [
        new Accuracy(), new BalancedAccuracy(), new Precision(), new Recall(), new F1(), new RocAuc(), new PrAuc(), new LogLoss(),
        new BrierScore(), new MatthewsCorrelation(),
        new RootMeanSquaredError(), new MeanAbsoluteError(), new MeanAbsolutePercentageError(), new RSquared(),
        new PinballLoss(0.1), new PinballLoss(0.5), new PinballLoss(0.9),
    ];

    /// <summary>The metrics of one task.</summary>
    public static IReadOnlyList<IMetric> For(MachineLearningTask task) => [.. All.Where(metric => metric.AppliesTo(task))];

    /// <summary>The metric of that name, or null.</summary>
    public static IMetric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);
}
