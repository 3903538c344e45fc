using Progeny.Abstractions.Lifecycle;

namespace Progeny.Grains.Lifecycle;

/// <summary>What <see cref="GenerationGrain"/> remembers.</summary>
public sealed record GenerationState
{
    public GenerationInfo? Generation { get; init; }
}
