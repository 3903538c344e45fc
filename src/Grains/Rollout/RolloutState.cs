using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>What <see cref="RolloutGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.rollout-state")]
public sealed record RolloutState
{
    /// <summary>How many experiments there were.</summary>
    [Id(0)] public int Count { get; init; }

    /// <summary>Their ids, newest first, up to 100.</summary>
    [Id(1)] public ImmutableArray<string> Experiments { get; init; } = [];

    /// <summary>The one that runs, as far as this grain knows; null: none.</summary>
    [Id(2)] public string? Active { get; init; }

    /// <summary>What the one that runs was asked for, while it may not have been started; null: it was.</summary>
    [Id(3)] public ExperimentRequest? Starting { get; init; }

    /// <summary>The generation that waits for the end of the one that runs.</summary>
    [Id(4)] public GenerationReference? Waiting { get; init; }

    /// <summary>Who proposed it.</summary>
    [Id(5)] public string? WaitingBy { get; init; }

    /// <summary>What became of the newest proposals, newest first.</summary>
    [Id(6)] public ImmutableArray<Proposal> Proposals { get; init; } = [];
}
