using System.Collections.Immutable;

namespace Progeny.Abstractions.Queries;

/// <summary>The name, type and shape of an input or output of a model; -1 in the shape: any extent.</summary>
[GenerateSerializer, Immutable, Alias("progeny.tensor-spec")]
public sealed record TensorSpec(
    [property: Id(0)] string Name, [property: Id(1)] DataType Type, [property: Id(2)] ImmutableArray<long> Shape);
