using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Metrics;

namespace Progeny.Grains.Metrics;

/// <summary>What <see cref="AlertGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.alert-state")]
public sealed record AlertState
{
    /// <summary>The last episode of each alert.</summary>
    [Id(0)] public ImmutableArray<AlertEpisode> Episodes { get; init; } = [];

    /// <summary>What is to be delivered, oldest first.</summary>
    [Id(1)] public ImmutableArray<WebhookMessage> Outbox { get; init; } = [];

    /// <summary>Decisions that are not in the list of all yet.</summary>
    [Id(2)] public ImmutableArray<Decision> Undecided { get; init; } = [];
}
