using Progeny.Abstractions.Releases;

namespace Progeny.Grains.Releases;

/// <summary>What <see cref="GenerationGrain"/> remembers.</summary>
public sealed record GenerationState
{
    public GenerationInfo? Generation { get; init; }
}
