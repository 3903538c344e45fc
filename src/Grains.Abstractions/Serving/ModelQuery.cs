using System.Collections.Immutable;

namespace Progeny.Abstractions.Serving;

/// <summary>A complete set of inputs for a model.</summary>
[GenerateSerializer, Immutable, Alias("progeny.model-query")]
public sealed record ModelQuery
{
    /// <summary>A tensor a feature in the schema's order; the model's own inputs where the project declares no features.</summary>
    [Id(0)] public required ImmutableArray<Tensor> Inputs { get; init; }

    /// <summary>Whether the model's raw outputs are wanted beside the prediction.</summary>
    [Id(1)] public bool WantsOutputs { get; init; }

    /// <summary>The raw outputs wanted; empty: all.</summary>
    [Id(2)] public ImmutableArray<string> Outputs { get; init; } = [];
}
