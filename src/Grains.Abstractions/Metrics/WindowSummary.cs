namespace Progeny.Abstractions.Metrics;

/// <summary>What one generation did within one window of 10 s. Windows merge by addition.</summary>
[GenerateSerializer, Immutable, Alias("progeny.window-summary")]
public sealed record WindowSummary
{
    /// <summary>The start of the window, a multiple of 10 s.</summary>
    [Id(0)] public required DateTimeOffset Start { get; init; }

    /// <summary>The number of rows asked about.</summary>
    [Id(1)] public required long Rows { get; init; }

    /// <summary>The number of requests that got no prediction.</summary>
    [Id(2)] public required long Errors { get; init; }

    /// <summary>
    /// The time from arrival to answer of each request in microseconds: an encoded histogram, whose count is the number of requests,
    /// failed ones included.
    /// </summary>
    [Id(3)] public required ReadOnlyMemory<byte> Latency { get; init; }

    /// <summary>Of all latencies: the time spent on augmentation, in microseconds.</summary>
    [Id(4)] public required long AugmentMicroseconds { get; init; }

    /// <summary>Of all latencies: the time spent on waiting for the model, in microseconds.</summary>
    [Id(5)] public required long QueueMicroseconds { get; init; }

    /// <summary>Of all latencies: the time spent in the model, in microseconds.</summary>
    [Id(6)] public required long PredictMicroseconds { get; init; }

    /// <summary>How features and predictions were spread, encoded; empty where nothing of it was logged.</summary>
    [Id(7)] public ReadOnlyMemory<byte> Distributions { get; init; }
}
