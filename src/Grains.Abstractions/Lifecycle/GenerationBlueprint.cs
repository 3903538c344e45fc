namespace Progeny.Abstractions.Lifecycle;

/// <summary>All that a silo needs to serve a generation.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-blueprint")]
public sealed record GenerationBlueprint([property: Id(0)] GenerationInfo Generation, [property: Id(1)] ReleaseInfo Release);
