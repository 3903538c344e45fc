using Progeny.Abstractions.Lifecycle;

namespace Progeny.Grains.Lifecycle;

/// <summary>What <see cref="GenerationGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-state")]
public sealed record GenerationState
{
    [Id(0)] public GenerationInfo? Generation { get; init; }
}
