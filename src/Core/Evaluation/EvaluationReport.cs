using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationReport
{
    public required MachineLearningTask Task { get; init; }

    /// <summary>The rows evaluated on, over all folds.</summary>
    public required long Rows { get; init; }

    /// <summary>
    /// The figures by metric name, in the catalogue's order; null where the rows do not define one. Over folds, the plain mean of those
    /// folds that define it.
    /// </summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>For classification; over folds, the sum.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>The folds of a k-fold evaluation, in their order; empty otherwise.</summary>
    public IReadOnlyList<EvaluationReport> Folds { get; init; } = [];

    /// <summary>All metrics of the task.</summary>
    public static EvaluationReport Of(PredictionSet predictions) => new()
    {
        Task = predictions.Task,
        Rows = predictions.Count,
        Metrics = MetricCatalogue.For(predictions.Task).ToDictionary(metric => metric.Name, metric => metric.Compute(predictions)),
        Confusion = predictions.Task is MachineLearningTask.Regression ? null : predictions.Confusion,
    };

    /// <summary>The report over the folds of one evaluation; at least one.</summary>
    public static EvaluationReport OverFolds(IReadOnlyList<EvaluationReport> folds)
    {
        var task = folds[0].Task;
        return new()
        {
            Task = task,
            Rows = folds.Sum(fold => fold.Rows),
            Metrics = MetricCatalogue.For(task)
                .ToDictionary(metric => metric.Name, metric => folds.Average(fold => fold.Metrics[metric.Name])),
            Confusion = folds.Select(fold => fold.Confusion).Aggregate((sum, next) => next is null ? sum : sum?.Plus(next)),
            Folds = folds,
        };
    }
}
