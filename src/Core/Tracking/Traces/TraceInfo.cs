namespace Progeny.Core.Tracking.Traces;

/// <summary>A trace of a program: its spans are a file among the artifacts.</summary>
public sealed record TraceInfo
{
    /// <summary>The tag that says where the spans are.</summary>
    public const string LocationTag = "mlflow.artifactLocation";

    /// <summary>The id, which the client chose.</summary>
    public required string TraceId { get; init; }

    /// <summary>The experiment.</summary>
    public long Experiment { get; init; }

    /// <summary>When it began, in milliseconds since 1970.</summary>
    public long RequestTime { get; init; }

    /// <summary>How long it took, in milliseconds; null: it is not known.</summary>
    public long? ExecutionDuration { get; init; }

    /// <summary><c>OK</c>, <c>ERROR</c>, <c>IN_PROGRESS</c> or <c>STATE_UNSPECIFIED</c>.</summary>
    public string State { get; init; } = "STATE_UNSPECIFIED";

    /// <summary>An id of the client's own; null: none.</summary>
    public string? ClientRequestId { get; init; }

    /// <summary>The beginning of the request; null: none.</summary>
    public string? RequestPreview { get; init; }

    /// <summary>The beginning of the answer; null: none.</summary>
    public string? ResponsePreview { get; init; }

    /// <summary>What the client notes for good.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags, which may change.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
