using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Experiments;

/// <summary>An experiment that somebody, or the rollout of a new generation, asks for.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-request")]
public sealed record ExperimentRequest
{
    [Id(0)] public required ExperimentSettings Settings { get; init; }

    /// <summary>The generations that want the champion's place; one at least, but for select.</summary>
    [Id(1)] public required ImmutableArray<GenerationReference> Generations { get; init; }

    /// <summary>Who asks.</summary>
    [Id(2)] public required string By { get; init; }

    /// <summary>Why, in their own words.</summary>
    [Id(3)] public string? Reason { get; init; }
}
