using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="OfflineAgentGrain"/> remembers: what cannot be told from the project's jobs and generations.</summary>
[GenerateSerializer, Immutable, Alias("progeny.offline-agent-state")]
public sealed record OfflineAgentState
{
    /// <summary>Who told it to pause, and why; null: nobody.</summary>
    [Id(0)] public string? PausedBy { get; init; }

    /// <summary>The newest training since which <c>retrain.when</c> was false at some time.</summary>
    [Id(1)] public string? FalseSince { get; init; }

    [Id(2)] public OutcomePull? Pull { get; init; }

    /// <summary>The watermark of the pull as JSON, a number or a text.</summary>
    [Id(3)] public string? Watermark { get; init; }

    /// <summary>The feed, query and column that the watermark is of; another one begins anew.</summary>
    [Id(4)] public string? WatermarkOf { get; init; }

    /// <summary>The rows of the source that are known before the watermark.</summary>
    [Id(8)] public long Below { get; init; }

    /// <summary>The newest training that was seen.</summary>
    [Id(5)] public string? SeenJob { get; init; }

    /// <summary>The place in the list of outcome reports when it was seen first.</summary>
    [Id(6)] public long SeenPlace { get; init; }

    /// <summary>The place in the query log when it was seen first.</summary>
    [Id(7)] public long SeenSequence { get; init; }
}
