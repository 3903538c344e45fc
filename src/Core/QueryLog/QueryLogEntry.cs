using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>One answered request on its way to the query log. It is written out at once, so what it refers to may be reused.</summary>
public sealed record QueryLogEntry
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Whose answer it is, and what is logged of it.</summary>
    public required QueryLogPlan Plan { get; init; }

    /// <summary>The project that was asked; null: the generation's own.</summary>
    public string? Project { get; init; }

    public required string Arm { get; init; }

    public required string Reason { get; init; }

    public required ImmutableArray<string> QueryIds { get; init; }

    /// <summary>The rows asked about; null for tensors that a model took as they were.</summary>
    public QueryRows? Rows { get; init; }

    /// <summary>The tensors that a model took as they were.</summary>
    public InferQuery? Tensors { get; init; }

    public Prediction? Prediction { get; init; }

    public ImmutableArray<Tensor> Outputs { get; init; } = [];

    public string? Error { get; init; }

    /// <summary>For each row the names of the rules that fired; empty where none fired on any row.</summary>
    public ImmutableArray<ImmutableArray<string>> Rules { get; init; } = [];

    public required QueryLatency Latency { get; init; }
}
