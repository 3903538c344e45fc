using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;

namespace Progeny.Core.Gates;

/// <summary>
/// The names of what is known of a generation in numbers: the columns that gates, alerts, <c>retrain.when</c> and <c>rollout.select</c> see
/// (docs/gates.md).
/// </summary>
public static class FigureNames
{
    /// <summary>Before the name of a metric of the evaluation before the release.</summary>
    public const string Evaluated = "eval_";

    /// <summary>Before the name of a metric of the last evaluation on served predictions.</summary>
    public const string Served = "served_";

    /// <summary>Before the name of a feature, or <c>prediction</c>, or <c>max</c>: its population stability index.</summary>
    public const string Psi = "psi_";

    /// <summary>Before the name of a field of <c>evaluation.groups</c>: the demographic parity difference.</summary>
    public const string Parity = "parity_";

    /// <summary>Before the name of a field of <c>evaluation.groups</c>: the equal opportunity difference.</summary>
    public const string Opportunity = "opportunity_";

    /// <summary>Before the name of a field of <c>evaluation.groups</c>: the difference of the mean losses.</summary>
    public const string LossGap = "loss_gap_";

    public const string TrainRows = "train_rows";
    public const string Age = "age";
    public const string ModelBytes = "model_bytes";
    public const string LoadMilliseconds = "load_ms";
    public const string RunMicroseconds = "run_us";
    public const string MemoryBytes = "memory_bytes";
    public const string TestsFailed = "tests_failed";
    public const string DataRows = "data_rows";
    public const string DataNulls = "data_nulls";
    public const string DataOutOfRange = "data_out_of_range";
    public const string DataNewCategories = "data_new_categories";
    public const string DataPsiMax = "data_psi_max";
    public const string Requests = "requests";
    public const string Rows = "rows";
    public const string Errors = "errors";
    public const string ErrorRate = "error_rate";
    public const string LatencyP50 = "latency_p50";
    public const string LatencyP90 = "latency_p90";
    public const string LatencyP99 = "latency_p99";
    public const string LatencyMean = "latency_mean";
    public const string Outcomes = "outcomes";
    public const string ServedOutcomes = "served_outcomes";
    public const string Drift = "drift";
    public const string DriftFeatures = "drift_features";
    public const string PsiMax = "psi_max";
    public const string PsiPrediction = "psi_prediction";
    public const string NewOutcomes = "new_outcomes";
    public const string SinceTraining = "since_training";
    public const string BacktestRows = "backtest_rows";
    public const string BacktestLeftOut = "backtest_left_out";
    public const string BacktestLoss = "backtest_loss";
    public const string BacktestServedLoss = "backtest_served_loss";
    public const string BacktestDifference = "backtest_difference";
    public const string BacktestLow = "backtest_low";
    public const string BacktestHigh = "backtest_high";
    public const string BacktestAge = "backtest_age";

    /// <summary>SQLite's limit of columns of a table is 2,000; what a project has more of is left out, features first.</summary>
    private const int Most = 1_900;

    /// <summary>Those that every project has, whatever its task.</summary>
    private static readonly string[] Common =
    [
        TrainRows, Age, ModelBytes, LoadMilliseconds, RunMicroseconds, MemoryBytes, TestsFailed,
        DataRows, DataNulls, DataOutOfRange, DataNewCategories, DataPsiMax,
        Requests, Rows, Errors, ErrorRate, LatencyP50, LatencyP90, LatencyP99, LatencyMean, Outcomes, MetricsPoint.LossName,
        ServedOutcomes, Drift, DriftFeatures, PsiMax, PsiPrediction, NewOutcomes, SinceTraining,
        BacktestRows, BacktestLeftOut, BacktestLoss, BacktestServedLoss, BacktestDifference, BacktestLow, BacktestHigh, BacktestAge,
    ];

    /// <summary>All columns of a project, in the order in which they are shown; no two alike, whatever their case.</summary>
    /// <remarks>
    /// Where a name of the project's own (a metric, a group, a feature) makes a column that there is already, the first one stands.
    /// </remarks>
    public static IReadOnlyList<string> Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        IReadOnlyList<string> metrics = [.. MetricCatalogue.For(manifest.Task).Select(metric => metric.Name)];
        var groups = manifest.Evaluation.Groups;
        return
        [
            .. metrics.Select(name => Evaluated + name)
                .Concat(Common)
                .Concat(manifest.Metrics.Select(metric => metric.Name))
                .Concat(metrics.Select(name => Served + name))
                .Concat(groups.SelectMany(group => new[] { Parity + group, Opportunity + group, LossGap + group }))
                .Concat(manifest.Features.Select(feature => Psi + feature.Name))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Take(Most),
        ];
    }

    /// <summary>The figures of a backtest, but for its age; those that are not known are missing.</summary>
    public static IReadOnlyDictionary<string, double> OfBacktest(BacktestReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var all = report.Overall;
        return new (string Name, double? Value)[]
        {
            (BacktestRows, all.Rows),
            (BacktestLeftOut, report.LeftOut.Values.Sum()),
            (BacktestLoss, all.Loss),
            (BacktestServedLoss, all.ServedLoss),
            (BacktestDifference, all.Difference),
            (BacktestLow, all.Low),
            (BacktestHigh, all.High),
        }.Where(figure => figure.Value is not null)
            .ToDictionary(figure => figure.Name, figure => figure.Value!.Value, StringComparer.Ordinal);
    }

    /// <summary>Whether every project has a figure of this name; one of its own of that name is no column.</summary>
    public static bool IsCommon(string name) => Common.Contains(name, StringComparer.OrdinalIgnoreCase);
}
