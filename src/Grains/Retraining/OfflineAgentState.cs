using Progeny.Abstractions.Feedback;
using Progeny.Abstractions.Retraining;

namespace Progeny.Grains.Retraining;

/// <summary>What <see cref="OfflineAgentGrain"/> remembers: what cannot be told from the project's jobs and generations.</summary>
public sealed record OfflineAgentState
{
    /// <summary>Who told it to pause, and why; null: nobody.</summary>
    public string? PausedBy { get; init; }

    /// <summary>The newest training since which <c>retrain.when</c> was false at some time.</summary>
    public string? FalseSince { get; init; }

    public OutcomePull? Pull { get; init; }

    /// <summary>The watermark of the pull as JSON, a number or a text.</summary>
    public string? Watermark { get; init; }

    /// <summary>The feed, query and column that the watermark is of; another one begins anew.</summary>
    public string? WatermarkOf { get; init; }

    /// <summary>The rows of the source that are known before the watermark.</summary>
    public long Below { get; init; }

    /// <summary>The newest training that was seen.</summary>
    public string? SeenJob { get; init; }

    /// <summary>The place in the list of outcome reports when it was seen first.</summary>
    public long SeenReportOffset { get; init; }

    /// <summary>The place in the query log when it was seen first.</summary>
    public long SeenSequence { get; init; }

    /// <summary>The agent as it is shown.</summary>
    /// <param name="seen">What it found at its last evaluation of the project; null: there was none yet.</param>
    internal OfflineAgentInfo Show(string project, OfflineAgentInfo? seen) => (seen ?? new OfflineAgentInfo
    {
        Project = project,
        Paused = false,
        Training = new OfflineWork { Wanted = false, WaitsFor = "the first check" },
        Evaluation = new OfflineWork { Wanted = false, WaitsFor = "the first check" },
    }) with
    {
        Paused = PausedBy is not null,
        PausedBy = PausedBy,
        Outcomes = Pull,
    };
}
