using System.Collections.Immutable;

namespace Progeny.Abstractions.Queries;

/// <summary>A request for predictions by tensors.</summary>
[GenerateSerializer, Immutable, Alias("progeny.infer-query")]
public sealed record InferQuery
{
    [Id(0)] public required ImmutableArray<Tensor> Inputs { get; init; }

    /// <summary>The outputs asked for; empty: all.</summary>
    [Id(1)] public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>The version asked for, <c>release:generation</c>; null: the rollout decides.</summary>
    [Id(2)] public string? Version { get; init; }

    /// <summary>The client's id for the query; null: one is made.</summary>
    [Id(3)] public string? QueryId { get; init; }

    /// <summary>The entity asked about; null: the manifest's entity field, where the query has it.</summary>
    [Id(4)] public string? Entity { get; init; }
}
