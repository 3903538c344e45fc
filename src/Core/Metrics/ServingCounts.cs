namespace Progeny.Core.Metrics;

/// <summary>What a generation did on one silo in some stretch of time. Merges by addition. Not thread-safe.</summary>
public sealed class ServingCounts
{
    /// <summary>The number of requests, failed ones included: the count of <see cref="Latency"/>.</summary>
    public long Requests => Latency.Count;

    /// <summary>The number of rows asked about in all requests.</summary>
    public long Rows { get; set; }

    /// <summary>The number of requests that got no prediction.</summary>
    public long Errors { get; set; }

    /// <summary>The time from the arrival of each request to its answer, in microseconds.</summary>
    public LatencyHistogram Latency { get; init; } = new();

    /// <summary>Of the latency: the sum of the time spent on obtaining features that queries left out, in microseconds.</summary>
    public long AugmentMicroseconds { get; set; }

    /// <summary>Of the latency: the sum of the time spent on waiting for the model, in microseconds.</summary>
    public long QueueMicroseconds { get; set; }

    /// <summary>Of the latency: the sum of the time spent in the model, in microseconds.</summary>
    public long PredictMicroseconds { get; set; }

    /// <summary>Adds another stretch.</summary>
    public void Merge(ServingCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Rows += other.Rows;
        Errors += other.Errors;
        Latency.Merge(other.Latency);
        AugmentMicroseconds += other.AugmentMicroseconds;
        QueueMicroseconds += other.QueueMicroseconds;
        PredictMicroseconds += other.PredictMicroseconds;
    }
}
