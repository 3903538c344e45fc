using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
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

    /// <summary>
    /// The query's own fields by name, in the order of the schema: a bool, a long, a float (of a feature), a double (of another field), a
    /// text, or null. Null: they were not kept (<c>serving.log_sample</c>), or the query was <see cref="Inputs"/>.
    /// </summary>
    public IReadOnlyDictionary<string, object?>? Fields { get; init; }

    /// <summary>The tensors asked with, of a project without features; null: it was asked by rows, or they were not kept.</summary>
    public LoggedTensors? Inputs { get; init; }

    /// <summary>The features that augmentation or a rule gave, by name; null: none.</summary>
    public IReadOnlyDictionary<string, object?>? Augmented { get; init; }

    /// <summary>The answer's prediction, of one row; null where the query failed, and where the answer is <see cref="Outputs"/>.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>The model's outputs where they are no prediction that the platform can read; null: they are, or the query failed.</summary>
    public LoggedTensors? Outputs { get; init; }

    /// <summary>The error with which the query failed; null where it was answered.</summary>
    public string? Error { get; init; }

    /// <summary>The names of the rules that fired, in their order.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];

    public required QueryLatency Latency { get; init; }

    /// <summary>Whether the query's fields or tensors were kept.</summary>
    public bool HasFields => Fields is not null || Inputs is not null;

    /// <summary>Whether the query was answered.</summary>
    public bool IsAnswered => Prediction is not null || Outputs is not null;
}
