using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Experiments;

/// <summary>An experiment: its arms, statistics, history and verdict.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-info")]
public sealed record ExperimentInfo
{
    [Id(0)] public required string Project { get; init; }

    /// <summary>Strategy and number: <c>canary-7</c>.</summary>
    [Id(1)] public required string Id { get; init; }

    [Id(2)] public required ExperimentSettings Settings { get; init; }

    [Id(3)] public required ExperimentStatus Status { get; init; }

    [Id(4)] public ExperimentVerdict Verdict { get; init; }

    /// <summary>What it does, or how it ended and why, in a sentence or two.</summary>
    [Id(5)] public required string Message { get; init; }

    /// <summary>The generation in production when it began.</summary>
    [Id(6)] public required GenerationReference Champion { get; init; }

    /// <summary>The champion first.</summary>
    [Id(7)] public ImmutableArray<ExperimentArm> Arms { get; init; } = [];

    /// <summary>canary: the step, from 1; else 0.</summary>
    [Id(8)] public int Step { get; init; }

    /// <summary>The time that it has run, without its pauses and without the times at which no node ran.</summary>
    [Id(9)] public TimeSpan Elapsed { get; init; }

    /// <summary>canary: that of the step.</summary>
    [Id(10)] public TimeSpan StepElapsed { get; init; }

    [Id(11)] public required DateTimeOffset StartedAt { get; init; }

    [Id(12)] public DateTimeOffset? EndedAt { get; init; }

    [Id(13)] public required string By { get; init; }

    [Id(14)] public string? Reason { get; init; }

    /// <summary>The plan that it has put in force last; 0: none yet.</summary>
    [Id(15)] public long PlanVersion { get; init; }

    /// <summary>What happened, oldest first, the last 200; all of it is among the decisions.</summary>
    [Id(16)] public ImmutableArray<ExperimentEvent> History { get; init; } = [];
}
