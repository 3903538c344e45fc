using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Grains.Releases;

/// <summary>What <see cref="ReleaseGrain"/> remembers.</summary>
public sealed record ReleaseState
{
    public ReleaseInfo? Release { get; init; }

    /// <summary>
    /// The secret that chooses whose fields are logged (<c>serving.log_sample</c>): the same on all silos, and unknown to clients.
    /// </summary>
    public long SamplingSeed { get; init; }

    /// <summary>The job that made each generation, the first one's first: generation 1 is at index 0.</summary>
    public ImmutableArray<string> JobOfGeneration { get; init; } = [];
}
