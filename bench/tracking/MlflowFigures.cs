namespace Progeny.Tracking.Bench;

/// <summary>
/// What MLflow's own server did on this kind of machine: version 3.5 over SQLite, two cores, one client (measured by the project's owner;
/// issue 15).
/// </summary>
internal static class MlflowFigures
{
    /// <summary>Requests of <c>log-metric</c> a second.</summary>
    public const double LogMetric = 72;

    /// <summary>Values of metrics a second in batches.</summary>
    public const double BatchedMetrics = 5_265;

    /// <summary>Runs created a second.</summary>
    public const double Runs = 59;

    /// <summary>Milliseconds of a search among 151 runs.</summary>
    public const double SearchMilliseconds = 36;
}
