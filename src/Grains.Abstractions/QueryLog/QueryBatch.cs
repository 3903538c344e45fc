using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.QueryLog;

/// <summary>
/// Records of answered queries of one generation, in the order in which they were answered: what the log stores, what the stream of
/// queries carries, and what summaries are folded from. <c>QueryBatchReader</c> reads it.
/// </summary>
[GenerateSerializer, Immutable, Alias("progeny.query-batch")]
public sealed record QueryBatch
{
    /// <summary>The project that was asked; mostly the generation's own.</summary>
    [Id(0)] public required string Project { get; init; }

    /// <summary>The generation that answered.</summary>
    [Id(1)] public required GenerationReference Generation { get; init; }

    /// <summary>The names and types of what the records hold.</summary>
    [Id(2)] public required QueryLayout Layout { get; init; }

    /// <summary>The number of records; a request for several rows has one for each.</summary>
    [Id(3)] public required int Count { get; init; }

    /// <summary>The records.</summary>
    [Id(4)] public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>How long the records are to be kept.</summary>
    [Id(5)] public required TimeSpan Retention { get; init; }
}
