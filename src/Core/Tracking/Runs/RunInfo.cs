namespace Progeny.Core.Tracking.Runs;

/// <summary>What a run is, without its metrics, parameters and tags.</summary>
public sealed record RunInfo
{
    /// <summary>The id, by its old name.</summary>
    public string RunUuid => RunId;

    /// <summary>The experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The name.</summary>
    public required string RunName { get; init; }

    /// <summary>Who started it, as the client says.</summary>
    public required string UserId { get; init; }

    /// <summary>One of <see cref="RunStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it began, in milliseconds since 1970.</summary>
    public long StartTime { get; init; }

    /// <summary>When it ended; null: it has not.</summary>
    public long? EndTime { get; init; }

    /// <summary>Where its artifacts are.</summary>
    public required string ArtifactUri { get; init; }

    /// <summary>One of <see cref="LifecycleStages"/>.</summary>
    public required string LifecycleStage { get; init; }

    /// <summary>The id.</summary>
    public required string RunId { get; init; }
}
