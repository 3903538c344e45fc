using System.Collections.Immutable;

namespace Progeny.Abstractions.Queries;

/// <summary>A named array of numbers or strings on its way into or out of a model.</summary>
[GenerateSerializer, Immutable, Alias("progeny.tensor")]
public sealed record Tensor
{
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required DataType Type { get; init; }

    /// <summary>The extent of each dimension, the number of rows first; empty for a scalar.</summary>
    [Id(2)] public required ImmutableArray<long> Shape { get; init; }

    /// <summary>The elements row by row, little-endian, without gaps; empty for <see cref="DataType.Bytes"/>.</summary>
    [Id(3)] public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>
    /// The elements of a <see cref="DataType.Bytes"/> tensor, row by row: text in UTF-8, or bytes of any kind; default for all others.
    /// </summary>
    [Id(4)] public ImmutableArray<ReadOnlyMemory<byte>> Elements { get; init; }
}
