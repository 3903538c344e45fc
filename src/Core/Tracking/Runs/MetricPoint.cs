namespace Progeny.Core.Tracking.Runs;

/// <summary>A value of a metric at a step.</summary>
public sealed record MetricPoint
{
    /// <summary>The name of the metric.</summary>
    public required string Key { get; init; }

    /// <summary>The value, which may be no number or infinite.</summary>
    public double Value { get; init; }

    /// <summary>When it was measured, in milliseconds since 1970.</summary>
    public long Timestamp { get; init; }

    /// <summary>The step of the training.</summary>
    public long Step { get; init; }

    /// <summary>The logged model that it is about; null: none.</summary>
    public string? ModelId { get; init; }

    /// <summary>The dataset that it was measured with; null: it is not known.</summary>
    public string? DatasetName { get; init; }

    /// <summary>The digest of that dataset.</summary>
    public string? DatasetDigest { get; init; }

    /// <summary>The run that logged it, where an answer is about several; null elsewhere.</summary>
    public string? RunId { get; init; }

    /// <summary>
    /// Whether this point is newer than another one: by step, then by timestamp, then by value; a value that is no number counts as 0.
    /// </summary>
    public bool IsNewerThan(MetricPoint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Step != other.Step)
            return Step > other.Step;
        return Timestamp != other.Timestamp ? Timestamp > other.Timestamp : Ranked(Value) > Ranked(other.Value);
    }

    private static double Ranked(double value) => double.IsNaN(value) ? 0 : value;
}
