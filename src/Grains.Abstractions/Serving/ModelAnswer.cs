using System.Collections.Immutable;

namespace Progeny.Abstractions.Serving;

/// <summary>What a model made of its inputs.</summary>
[GenerateSerializer, Immutable, Alias("progeny.model-answer")]
public sealed record ModelAnswer
{
    /// <summary>Set where the model could not be run on these inputs.</summary>
    [Id(0)] public ServingError? Error { get; init; }

    /// <summary>Null where the project declares no features.</summary>
    [Id(1)] public Prediction? Prediction { get; init; }

    [Id(2)] public ImmutableArray<Tensor> Outputs { get; init; } = [];

    /// <summary>The time in the model, in microseconds.</summary>
    [Id(3)] public int Microseconds { get; init; }
}
