using System.Collections.Immutable;

namespace Progeny.Contracts.Hosting;

/// <summary>A silo of the cluster. What it says of itself is null where it does not answer.</summary>
/// <param name="State"><c>active</c>, <c>joining</c>, <c>shuttingdown</c>, <c>stopping</c>, <c>dead</c>; or <c>silent</c>: it is active and
/// does not answer.</param>
/// <param name="Address">Where other silos reach it.</param>
/// <param name="SeenAt">Its last sign of life in the database.</param>
public sealed record NodeView(string Name, string Address, string State, DateTimeOffset SeenAt)
{
    /// <summary>The version of the program.</summary>
    public string? Version { get; init; }

    /// <summary>What it does: <c>serving</c>, <c>training</c>.</summary>
    public ImmutableArray<string>? Roles { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How many processors its process keeps busy.</summary>
    public double? ProcessorsUsed { get; init; }

    /// <summary>The memory of its process in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Models in its memory.</summary>
    public int? Models { get; init; }

    /// <summary>Jobs that run there.</summary>
    public int? Jobs { get; init; }

    /// <summary>Grains in its memory, by their kind.</summary>
    public ImmutableSortedDictionary<string, int>? Activations { get; init; }

    /// <summary>Records that wait to be written to the query log.</summary>
    public long? LogWaiting { get; init; }

    /// <summary>Records that the query log lacks, since its start.</summary>
    public long? LogDropped { get; init; }

    /// <summary>Why it cannot reach the database; null: it can, or has none.</summary>
    public string? DatabaseProblem { get; init; }

    /// <summary>How long the database took for its last check, in milliseconds; null where a node stands alone.</summary>
    public double? DatabaseMilliseconds { get; init; }
}
