namespace Progeny.Core.Tracking.Runs;

/// <summary>A run with all that was logged to it, each metric by its newest value.</summary>
/// <param name="Info">What the run is.</param>
/// <param name="Data">What was logged.</param>
/// <param name="Inputs">The datasets and models that it read.</param>
/// <param name="Outputs">The models that it made; null: a run that was just created.</param>
public sealed record TrackedRun(RunInfo Info, RunData Data, RunInputs Inputs, RunOutputs? Outputs);

/// <summary>The metrics, parameters and tags of a run.</summary>
public sealed record RunData
{
    /// <summary>The newest values of its metrics, by name.</summary>
    public IReadOnlyList<MetricPoint> Metrics { get; init; } = [];

    /// <summary>Its parameters, by name.</summary>
    public IReadOnlyList<TrackingTag> Params { get; init; } = [];

    /// <summary>Its tags, by name.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}

/// <summary>What a run read.</summary>
public sealed record RunInputs
{
    /// <summary>Datasets.</summary>
    public IReadOnlyList<DatasetInput> DatasetInputs { get; init; } = [];

    /// <summary>Logged models.</summary>
    public IReadOnlyList<RunModel> ModelInputs { get; init; } = [];
}

/// <summary>What a run made.</summary>
public sealed record RunOutputs
{
    /// <summary>Logged models.</summary>
    public IReadOnlyList<RunModel> ModelOutputs { get; init; } = [];
}
