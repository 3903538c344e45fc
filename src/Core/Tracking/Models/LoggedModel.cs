using Progeny.Core.Tracking.Runs;

namespace Progeny.Core.Tracking.Models;

/// <summary>A model that a run logged.</summary>
/// <param name="Info">What it is.</param>
/// <param name="Data">Its parameters and metrics.</param>
public sealed record LoggedModel(LoggedModelInfo Info, LoggedModelData Data);

/// <summary>What a logged model is.</summary>
public sealed record LoggedModelInfo
{
    /// <summary>The id, which begins with <c>m-</c>.</summary>
    public required string ModelId { get; init; }

    /// <summary>The experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The name; several models may have one.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created, in milliseconds since 1970.</summary>
    public long CreationTimestampMs { get; init; }

    /// <summary>When it was changed last, in milliseconds since 1970.</summary>
    public long LastUpdatedTimestampMs { get; init; }

    /// <summary>Where its files are.</summary>
    public required string ArtifactUri { get; init; }

    /// <summary>One of <see cref="LoggedModelStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The kind of the model, as the client says.</summary>
    public string ModelType { get; init; } = "";

    /// <summary>The run that logged it; null: none.</summary>
    public string? SourceRunId { get; init; }

    /// <summary>Its tags, by name.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}

/// <summary>The parameters and metrics of a logged model.</summary>
public sealed record LoggedModelData
{
    /// <summary>Its parameters, by name.</summary>
    public IReadOnlyList<TrackingTag> Params { get; init; } = [];

    /// <summary>The metrics that were logged for it.</summary>
    public IReadOnlyList<MetricPoint> Metrics { get; init; } = [];
}
