using Progeny.Abstractions.Training;

namespace Progeny.Abstractions.Retraining;

/// <summary>Jobs of one kind as an offline agent sees them: its own and those that others started.</summary>
[GenerateSerializer, Immutable, Alias("progeny.offline-work")]
public sealed record OfflineWork
{
    /// <summary>Whether the manifest asks for such jobs at all.</summary>
    [Id(0)] public required bool Wanted { get; init; }

    /// <summary>What the next one waits for, in a sentence.</summary>
    [Id(1)] public required string WaitsFor { get; init; }

    /// <summary>When the next one may start by the clock or after failures; null: the clock says nothing of it.</summary>
    [Id(2)] public DateTimeOffset? Next { get; init; }

    /// <summary>How many failed one after the other, up to the newest; 0: the newest did not fail.</summary>
    [Id(3)] public int Failures { get; init; }

    /// <summary>The newest job; null: there was none.</summary>
    [Id(4)] public string? Job { get; init; }

    [Id(5)] public JobStatus? Status { get; init; }

    /// <summary>The newest job's verdict, or what it is doing.</summary>
    [Id(6)] public string? Message { get; init; }

    [Id(7)] public DateTimeOffset? CreatedAt { get; init; }

    [Id(8)] public DateTimeOffset? EndedAt { get; init; }
}
