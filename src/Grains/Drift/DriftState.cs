using Progeny.Abstractions.Drift;

namespace Progeny.Grains.Drift;

/// <summary>What <see cref="DriftGrain"/> remembers.</summary>
public sealed record DriftState
{
    /// <summary>The last check; its number is that of all so far.</summary>
    public DriftReport? Report { get; init; }

    /// <summary>How many rows the generation had had at the last check.</summary>
    public long Until { get; init; }
}
