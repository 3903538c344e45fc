namespace Progeny.Core.Tracking;

/// <summary>A named group of runs.</summary>
public sealed record Experiment
{
    /// <summary>What the addresses of artifacts begin with that lie in the node's artifact store.</summary>
    public const string ArtifactScheme = "mlflow-artifacts:/";

    /// <summary>The number of the experiment, as text; <c>0</c> is <c>Default</c>.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The name, which no other experiment has.</summary>
    public required string Name { get; init; }

    /// <summary>Where the artifacts of its runs are.</summary>
    public required string ArtifactLocation { get; init; }

    /// <summary>One of <see cref="LifecycleStages"/>.</summary>
    public required string LifecycleStage { get; init; }

    /// <summary>When it was changed last, in milliseconds since 1970.</summary>
    public long LastUpdateTime { get; init; }

    /// <summary>When it was created, in milliseconds since 1970.</summary>
    public long CreationTime { get; init; }

    /// <summary>Its tags, by name.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}
