using System.Collections.Immutable;
using Progeny.Abstractions.Tuning;

namespace Progeny.Grains.Tuning;

/// <summary>What <see cref="TrialsGrain"/> remembers.</summary>
public sealed record TrialsState
{
    /// <summary>The SHA-256 of the rows of the trials.</summary>
    public string? DataDigest { get; init; }

    public ImmutableArray<TrialInfo> Trials { get; init; } = [];
}
