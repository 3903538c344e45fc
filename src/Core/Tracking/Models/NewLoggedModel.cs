namespace Progeny.Core.Tracking.Models;

/// <summary>A logged model to be created.</summary>
public sealed record NewLoggedModel
{
    /// <summary>The experiment.</summary>
    public long Experiment { get; init; }

    /// <summary>The name; null: a random one.</summary>
    public string? Name { get; init; }

    /// <summary>The kind of the model.</summary>
    public string? ModelType { get; init; }

    /// <summary>The run that logs it.</summary>
    public string? SourceRunId { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<TrackingTag> Params { get; init; } = [];

    /// <summary>Its tags.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}
