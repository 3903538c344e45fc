using System.Collections.Immutable;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Decisions;

namespace Progeny.Grains.Alerts;

/// <summary>What <see cref="AlertGrain"/> remembers.</summary>
public sealed record AlertState
{
    /// <summary>The last episode of each alert.</summary>
    public ImmutableArray<AlertEpisode> Episodes { get; init; } = [];

    /// <summary>What is to be delivered, oldest first.</summary>
    public ImmutableArray<WebhookMessage> Outbox { get; init; } = [];

    /// <summary>Decisions that are not in the list of all yet.</summary>
    public ImmutableArray<Decision> Undecided { get; init; } = [];
}
