namespace Progeny.Grains.Metrics;

/// <summary>Settings of metrics, configuration section <c>Metrics</c>.</summary>
public sealed class MetricsOptions
{
    public const double MinSeconds = 0.1;

    public const double MaxSeconds = 10;

    /// <summary>The time in seconds between two reports of a silo to the perfdb: at most a window of 10 s.</summary>
    public double PublishSeconds { get; set; } = MaxSeconds;

    /// <summary>The time in seconds between two searches for outcomes that were reported.</summary>
    public double ScoreSeconds { get; set; } = 2;
}
