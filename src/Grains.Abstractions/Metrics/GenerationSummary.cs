using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Metrics;

/// <summary>What one generation did on one silo within one window of 10 s. Summaries merge by addition, each once, whatever their order.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-summary")]
public sealed record GenerationSummary
{
    /// <summary>Unique: what tells a summary that was delivered twice from two that are alike.</summary>
    [Id(0)] public required Guid Id { get; init; }

    [Id(1)] public required GenerationReference Generation { get; init; }

    /// <summary>The silo on which it happened.</summary>
    [Id(2)] public required string Silo { get; init; }

    /// <summary>The start of the window, a multiple of 10 s.</summary>
    [Id(3)] public required DateTimeOffset WindowStart { get; init; }

    /// <summary>The number of rows asked about.</summary>
    [Id(4)] public required long Rows { get; init; }

    /// <summary>The number of requests that got no prediction.</summary>
    [Id(5)] public required long Errors { get; init; }

    /// <summary>
    /// The time from arrival to answer of each request in microseconds: an encoded histogram, whose count is the number of requests,
    /// failed ones included.
    /// </summary>
    [Id(6)] public required ReadOnlyMemory<byte> Latency { get; init; }

    /// <summary>Of all latencies: the time spent on augmentation, in microseconds.</summary>
    [Id(7)] public required long AugmentMicroseconds { get; init; }

    /// <summary>Of all latencies: the time spent on waiting for the model, in microseconds.</summary>
    [Id(8)] public required long QueueMicroseconds { get; init; }

    /// <summary>Of all latencies: the time spent in the model, in microseconds.</summary>
    [Id(9)] public required long PredictMicroseconds { get; init; }

    /// <summary>How features and predictions were spread, encoded; empty where nothing of it was logged.</summary>
    [Id(10)] public ReadOnlyMemory<byte> Distributions { get; init; }
}
