using Progeny.Core.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>What happened to one query (one row of a request), as the query log keeps it.</summary>
public sealed record QueryRecord
{
    public required DateTimeOffset At { get; init; }

    /// <summary>The client's own id, or a UUIDv7. A client that repeats an id adds a record; lookups return the newest.</summary>
    public required string QueryId { get; init; }

    /// <summary>The project that was asked.</summary>
    public required string Project { get; init; }

    /// <summary>The project that the generation is of, where that is another than the one asked.</summary>
    public string? GenerationProject { get; init; }

    public required string Release { get; init; }

    public required int Generation { get; init; }

    /// <summary>The rollout's arm that answered, e.g. <c>champion</c>.</summary>
    public required string Arm { get; init; }

    /// <summary>Why that arm: <c>share</c>, <c>requested</c> (the caller named a version), <c>fallback</c>.</summary>
    public required string Reason { get; init; }

    public string? Entity { get; init; }

    /// <summary>The query's own fields as a JSON object; null: they were not kept (<c>serving.log_sample</c>).</summary>
    public string? Fields { get; init; }

    /// <summary>The features that augmentation obtained, as a JSON object; null: none.</summary>
    public string? Augmented { get; init; }

    /// <summary>The answer's prediction as a JSON object; null where the query failed.</summary>
    public string? Prediction { get; init; }

    /// <summary>The error with which the query failed; null where it was answered.</summary>
    public string? Error { get; init; }

    /// <summary>The names of the rules that fired, as a JSON array; null: none.</summary>
    public string? Rules { get; init; }

    public required QueryLatency Latency { get; init; }
}
