namespace Progeny.Core.Tracking.Runs;

/// <summary>A dataset as an input of a run.</summary>
public sealed record DatasetInput
{
    /// <summary>What it was used for, among others <c>mlflow.data.context</c>.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];

    /// <summary>The dataset.</summary>
    public TrackedDataset Dataset { get; init; } = new();
}
