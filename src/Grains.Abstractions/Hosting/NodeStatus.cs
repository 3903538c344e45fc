using System.Collections.Immutable;

namespace Progeny.Abstractions.Hosting;

/// <summary>What a silo says of itself.</summary>
[GenerateSerializer, Immutable, Alias("progeny.node-status")]
public sealed record NodeStatus
{
    /// <summary>The version of the program.</summary>
    [Id(0)] public required string Version { get; init; }

    /// <summary>What the silo does: <c>serving</c>, <c>training</c>.</summary>
    [Id(1)] public required ImmutableArray<string> Roles { get; init; }

    [Id(2)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How many processors the process keeps busy, over the last seconds; 1.5: one and a half.</summary>
    [Id(3)] public required double ProcessorsUsed { get; init; }

    /// <summary>The memory of the process in bytes.</summary>
    [Id(4)] public required long MemoryBytes { get; init; }

    /// <summary>Grains in memory, by their kind.</summary>
    [Id(5)] public required ImmutableSortedDictionary<string, int> Activations { get; init; }

    /// <summary>Models in memory.</summary>
    [Id(6)] public required int Models { get; init; }

    /// <summary>Jobs that run.</summary>
    [Id(7)] public required int Jobs { get; init; }

    /// <summary>Records that wait to be written to the query log.</summary>
    [Id(8)] public required long LogWaiting { get; init; }

    /// <summary>Records that the query log lacks, since the start.</summary>
    [Id(9)] public required long LogDropped { get; init; }

    /// <summary>Why the database cannot be reached; null: it can, or there is none.</summary>
    [Id(10)] public string? DatabaseProblem { get; init; }

    /// <summary>How long the database took for its last check, in milliseconds; null: there is none.</summary>
    [Id(11)] public double? DatabaseMilliseconds { get; init; }
}
