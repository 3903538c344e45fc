using System.Collections.Immutable;

namespace Progeny.Core.Tracking.Runs;

/// <summary>What is logged to a run at once: all of it, or nothing.</summary>
public sealed record RunBatch
{
    /// <summary>The tag that holds the name of a run.</summary>
    public const string NameTag = "mlflow.runName";

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Values of metrics.</summary>
    public ImmutableArray<MetricPoint> Metrics { get; init; } = [];

    /// <summary>Parameters.</summary>
    public ImmutableArray<TrackingTag> Params { get; init; } = [];

    /// <summary>Tags.</summary>
    public ImmutableArray<TrackingTag> Tags { get; init; } = [];

    /// <summary>The error of a parameter that was logged before with another value.</summary>
    public TrackingException Changed(string key, string old, string value) => TrackingException.Invalid(
        $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' for run ID='{RunId}'. "
            + $"Attempted logging new value '{value}'.");

    /// <summary>The error of a run that was deleted.</summary>
    public static TrackingException NotActive(string runId) => TrackingException.Invalid(
        $"The run {runId} must be in the 'active' state. Current state is deleted.");
}
