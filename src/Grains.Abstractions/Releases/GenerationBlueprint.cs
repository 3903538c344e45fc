namespace Progeny.Abstractions.Releases;

/// <summary>All that a silo needs to serve a generation.</summary>
/// <param name="SamplingSeed">The release's secret for <c>serving.log_sample</c>, which no answer shows.</param>
[GenerateSerializer, Immutable, Alias("progeny.generation-blueprint")]
public sealed record GenerationBlueprint(
    [property: Id(0)] GenerationInfo Generation, [property: Id(1)] ReleaseInfo Release, [property: Id(2)] long SamplingSeed);
