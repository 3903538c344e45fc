namespace Progeny.Grains.Experiments;

/// <summary>How this node conducts experiments.</summary>
internal sealed class RolloutOptions
{
    public const double MinSeconds = 0.1;
    public const double MaxSeconds = 3_600;

    /// <summary>The seconds between two checks of an experiment.</summary>
    public double CheckSeconds { get; set; } = 5;

    public TimeSpan Check => TimeSpan.FromSeconds(CheckSeconds);
}
