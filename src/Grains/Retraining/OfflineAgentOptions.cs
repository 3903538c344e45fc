using Progeny.Core.Retraining;

namespace Progeny.Grains.Retraining;

/// <summary>How often the offline agents of this node check their projects, and how long they wait after failures.</summary>
public sealed class OfflineAgentOptions
{
    /// <summary>The seconds between two checks of a project; a fraction is allowed.</summary>
    public double CheckSeconds { get; set; } = 10;

    /// <summary>The seconds that are waited after a first failure; twice as long after each further one.</summary>
    public double BackOffSeconds { get; set; } = 60;

    /// <summary>The most seconds that are waited after a failure.</summary>
    public double LongestBackOffSeconds { get; set; } = 6 * 3_600;

    /// <summary>The seconds between two checks of a project's feedback loop for <c>/metrics</c>.</summary>
    public double MeasureSeconds { get; set; } = 60;

    /// <summary>
    /// The seconds after which an outcome by key and time is searched for in the log: by then the queries before it are written.
    /// </summary>
    public double SettleSeconds { get; set; } = 30;

    internal BackOff BackOff => new(TimeSpan.FromSeconds(BackOffSeconds), TimeSpan.FromSeconds(LongestBackOffSeconds));

    internal bool IsValid =>
        CheckSeconds is >= 0.01 and <= 86_400 && BackOffSeconds is >= 0.01 and <= 86_400 && MeasureSeconds is >= 0.01 and <= 86_400
            && SettleSeconds is >= 0.01 and <= 86_400 && LongestBackOffSeconds >= BackOffSeconds;
}
