using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Gateway.Tracking;

/// <summary>A value of a metric, as clients send it; <c>run_id</c> stands where the value is the whole request.</summary>
internal sealed record MetricRequest
{
    public string? RunId { get; init; }

    public string? RunUuid { get; init; }

    public string? Key { get; init; }

    public double? Value { get; init; }

    public long? Timestamp { get; init; }

    public long? Step { get; init; }

    public string? ModelId { get; init; }

    public string? DatasetName { get; init; }

    public string? DatasetDigest { get; init; }

    /// <exception cref="TrackingException">A value is missing or wrong.</exception>
    public MetricPoint ToPoint(string parameter) => new()
    {
        Key = TrackingChecks.Name(Key, $"{parameter}key"),
        Value = TrackingChecks.Required(Value, $"{parameter}value"),
        Timestamp = TrackingChecks.Required(Timestamp, $"{parameter}timestamp"),
        Step = Step ?? 0,
        ModelId = string.IsNullOrEmpty(ModelId) ? null : ModelId,
        DatasetName = string.IsNullOrEmpty(DatasetName) ? null : DatasetName,
        DatasetDigest = string.IsNullOrEmpty(DatasetDigest) ? null : DatasetDigest,
    };
}

/// <summary>A batch of metrics, parameters and tags, as clients send it.</summary>
internal sealed record BatchRequest
{
    public string? RunId { get; init; }

    public List<MetricRequest>? Metrics { get; init; }

    public List<TrackingTag?>? Params { get; init; }

    public List<TrackingTag?>? Tags { get; init; }
}

/// <summary>A dataset as an input, as clients send it.</summary>
internal sealed record InputRequest
{
    public List<TrackingTag?>? Tags { get; init; }

    public TrackedDataset? Dataset { get; init; }
}

/// <summary>A term of the order of logged models, as clients send it.</summary>
internal sealed record OrderRequest(string? FieldName, bool? Ascending);
