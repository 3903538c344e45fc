using System.Collections.Immutable;
using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="TrialsGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.trials-state")]
public sealed record TrialsState
{
    /// <summary>The SHA-256 of the rows of the trials.</summary>
    [Id(0)] public string? DataDigest { get; init; }

    [Id(1)] public ImmutableArray<TrialInfo> Trials { get; init; } = [];
}
