using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

/// <summary>One set of trained models: what it is made of, where it came from, how good it was, where it stands.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-info")]
public sealed record GenerationInfo
{
    [Id(0)] public required GenerationReference Reference { get; init; }

    [Id(1)] public required Stage Stage { get; init; }

    [Id(2)] public required DateTimeOffset CreatedAt { get; init; }

    [Id(3)] public required GenerationAssets Assets { get; init; }

    [Id(4)] public required Lineage Lineage { get; init; }

    /// <summary>The figures of the evaluation before it became a generation, by metric name.</summary>
    [Id(5)] public required ImmutableSortedDictionary<string, double> Metrics { get; init; }

    /// <summary>
    /// What else was measured when it was made: the model on a silo (<c>load_ms</c>, <c>run_us</c>, …), its tests, and its training rows
    /// (<c>data_*</c>).
    /// </summary>
    [Id(6)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}
