using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Training;

/// <summary>One job's life so far.</summary>
[GenerateSerializer, Immutable, Alias("progeny.job-info")]
public sealed record JobInfo
{
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required string Project { get; init; }

    [Id(2)] public required string Release { get; init; }

    [Id(3)] public required JobRequest Request { get; init; }

    [Id(4)] public required JobStatus Status { get; init; }

    /// <summary>0 to 1.</summary>
    [Id(5)] public double Progress { get; init; }

    /// <summary>What it is doing, or its verdict in one sentence.</summary>
    [Id(6)] public required string Message { get; init; }

    [Id(7)] public required DateTimeOffset CreatedAt { get; init; }

    [Id(8)] public DateTimeOffset? StartedAt { get; init; }

    [Id(9)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often it was started: more than once where a node stopped in the middle.</summary>
    [Id(10)] public int Attempts { get; init; }

    /// <summary>The generation it made.</summary>
    [Id(11)] public GenerationReference? Generation { get; init; }

    [Id(12)] public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Who had it cancelled; null: nobody, or it is not known who.</summary>
    [Id(13)] public string? CancelledBy { get; init; }

    /// <summary>The rows of the source that were left out because they do not fit the schema; null: none were.</summary>
    [Id(14)] public SkippedRows? Skipped { get; init; }
}
