using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Serving;

/// <summary>What a client needs to know to ask a generation.</summary>
[GenerateSerializer, Immutable, Alias("progeny.model-metadata")]
public sealed record ModelMetadata
{
    /// <summary>Set where there is no such generation; the other members are then at their defaults.</summary>
    [Id(0)] public ServingError? Error { get; init; }

    [Id(1)] public GenerationReference? Generation { get; init; }

    /// <summary>The tensors to send: one a feature, or the model's own where the project declares no features.</summary>
    [Id(2)] public ImmutableArray<TensorSpec> Inputs { get; init; } = [];

    [Id(3)] public ImmutableArray<TensorSpec> Outputs { get; init; } = [];
}
