namespace Progeny.Core.Tracking.Runs;

/// <summary>A run to be created.</summary>
public sealed record NewRun
{
    /// <summary>The id, 32 hexadecimal digits that no other run has; null: a random one.</summary>
    public string? RunId { get; init; }

    /// <summary>The experiment.</summary>
    public long Experiment { get; init; }

    /// <summary>The name; null: that of the tag <c>mlflow.runName</c>, or a random one.</summary>
    public string? Name { get; init; }

    /// <summary>Who starts it.</summary>
    public string? UserId { get; init; }

    /// <summary>When it began; null: now.</summary>
    public long? StartTime { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}
