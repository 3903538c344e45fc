using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>All that a strategy decides on.</summary>
public sealed record ExperimentSnapshot
{
    public required ExperimentSettings Settings { get; init; }

    /// <summary>The arm in production and those that want its place.</summary>
    public required ImmutableArray<SnapshotArm> Arms { get; init; }

    /// <summary>The step, from 0.</summary>
    public int Step { get; init; }

    /// <summary>The number of the experiment's plan in force, from 1.</summary>
    public int Plan { get; init; } = 1;

    /// <summary>The time that the experiment has run.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The time that the step has run.</summary>
    public TimeSpan StepElapsed { get; init; }

    /// <summary>select: what the project's SQL yields over the generations; null: it has not been asked.</summary>
    public SelectionResult? Selection { get; init; }

    public SnapshotArm Champion => Arms.First(arm => arm.IsChampion);

    /// <summary>The arms that want the champion's place and are not out.</summary>
    public IEnumerable<SnapshotArm> Challengers => Arms.Where(arm => arm is { IsChampion: false, IsOut: false });
}
