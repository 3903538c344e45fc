using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

/// <summary>What a job trained, before it has its number.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-draft")]
public sealed record GenerationDraft
{
    [Id(0)] public required GenerationAssets Assets { get; init; }

    [Id(1)] public required Lineage Lineage { get; init; }

    [Id(2)] public required ImmutableSortedDictionary<string, double> Metrics { get; init; }

    /// <inheritdoc cref="GenerationInfo.Figures"/>
    [Id(3)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}
