using System.Collections.Immutable;

namespace Progeny.Abstractions.Training;

/// <summary>What a job of the kind <see cref="JobKind.Apply"/> reads and writes.</summary>
[GenerateSerializer, Immutable, Alias("progeny.apply-request")]
public sealed record ApplyRequest
{
    /// <summary>Where the rows are: <c>dataset:orders</c>, <c>dataset:orders@7</c>, <c>feed:lake</c>, <c>file:</c> and the digest of a file
    /// that was sent.</summary>
    [Id(0)] public required string Input { get; init; }

    /// <summary>The query of a feed, in SQL.</summary>
    [Id(1)] public string? Query { get; init; }

    /// <summary>The name of a file that was sent, whose ending says its format.</summary>
    [Id(2)] public string? FileName { get; init; }

    /// <summary>Where the predictions go: <c>dataset:scores</c>, <c>feed:crm/scores</c>, <c>file:parquet</c>, <c>file:csv</c>,
    /// <c>file:ndjson</c>.</summary>
    [Id(3)] public required string Output { get; init; }

    /// <summary>The columns of the input that are kept beside the predictions; null: all.</summary>
    [Id(4)] public ImmutableArray<string>? Keep { get; init; }

    /// <summary>More bad rows than this end the job; null: none do.</summary>
    [Id(5)] public long? MaxBadRows { get; init; }

    /// <summary>Whether the answers are recorded in the query log.</summary>
    [Id(6)] public bool Log { get; init; }
}
