using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Apply;

/// <summary>A batch apply to start.</summary>
public sealed record ApplyStartRequest
{
    /// <summary>The rows: <c>dataset:orders</c>, <c>dataset:orders@7</c>, <c>feed:lake</c> with a query, or what the upload of a file gave.
    /// </summary>
    [Required] public string? Input { get; init; }

    /// <summary>For a feed: the query, in SQL.</summary>
    public string? Query { get; init; }

    /// <summary>For a file that was sent: its name, whose ending says its format.</summary>
    public string? FileName { get; init; }

    /// <summary>Where the predictions go: <c>dataset:scores</c>, <c>feed:crm/scores</c>, <c>file:parquet</c>, <c>file:csv</c>,
    /// <c>file:ndjson</c>.</summary>
    [Required] public string? Output { get; init; }

    /// <summary>The generation, <c>1.2.0:3</c>; without it the champion when the job starts.</summary>
    public string? Version { get; init; }

    /// <summary>The columns of the input that are kept beside the predictions; without it all.</summary>
    public ImmutableArray<string>? Keep { get; init; }

    /// <summary>More bad rows than this end the job; without it none do.</summary>
    public long? MaxBadRows { get; init; }

    /// <summary>Whether the answers are recorded in the query log, so that outcomes can be reported for them.</summary>
    public bool Log { get; init; }

    /// <summary>Who asks for it and why.</summary>
    public string? By { get; init; }
}
