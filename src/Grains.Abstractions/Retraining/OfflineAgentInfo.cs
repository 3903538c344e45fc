using Progeny.Abstractions.Feedback;

namespace Progeny.Abstractions.Retraining;

/// <summary>What a project's offline agent did last and what it waits for.</summary>
[GenerateSerializer, Immutable, Alias("progeny.offline-agent-info")]
public sealed record OfflineAgentInfo
{
    [Id(0)] public required string Project { get; init; }

    /// <summary>Whether it was told to start nothing.</summary>
    [Id(1)] public required bool Paused { get; init; }

    /// <summary>Who told it to pause, and why; null: it is not paused.</summary>
    [Id(2)] public string? PausedBy { get; init; }

    /// <summary>When it last checked the project; null: not since its node started.</summary>
    [Id(3)] public DateTimeOffset? CheckedAt { get; init; }

    [Id(4)] public required OfflineWork Training { get; init; }

    [Id(5)] public required OfflineWork Evaluation { get; init; }

    /// <summary>The outcomes that it pulls; null where the manifest names no feed for them.</summary>
    [Id(6)] public OutcomePull? Outcomes { get; init; }

    /// <summary>What went wrong when it last did; null: nothing.</summary>
    [Id(7)] public string? Error { get; init; }
}
