using System.Collections.Immutable;

namespace Progeny.Abstractions.Training;

/// <summary>A job that somebody asked for.</summary>
[GenerateSerializer, Immutable, Alias("progeny.job-request")]
public sealed record JobRequest
{
    [Id(0)] public required JobKind Kind { get; init; }

    /// <summary>The release to work on; null: the newest.</summary>
    [Id(1)] public string? Release { get; init; }

    /// <summary>The ordinal, of a backtest the time, from which rows are taken, inclusive; null: from the first.</summary>
    [Id(2)] public string? From { get; init; }

    /// <summary>The ordinal, of a backtest the time, up to which rows are taken, exclusive; null: to the last.</summary>
    [Id(3)] public string? To { get; init; }

    /// <summary>Who asked for it and why, in their own words; null: nobody said.</summary>
    [Id(4)] public string? By { get; init; }

    /// <summary>
    /// The generation to evaluate, to backtest, to apply or to train once more, <c>1.2.0:3</c>; null: the one in production, where that
    /// is possible.
    /// </summary>
    [Id(5)] public string? Version { get; init; }

    /// <summary>How many sets of parameters a search tries; null: as the manifest says.</summary>
    [Id(6)] public int? Trials { get; init; }

    /// <summary>How many trials run at once; null: as the manifest says.</summary>
    [Id(7)] public int? Parallel { get; init; }

    /// <summary>The seed of a search; null: the pipeline's.</summary>
    [Id(8)] public int? Seed { get; init; }

    /// <summary>What started it.</summary>
    [Id(9)] public JobTrigger Trigger { get; init; }

    /// <summary>What is applied to, for the kind <see cref="JobKind.Apply"/>.</summary>
    [Id(10)] public ApplyRequest? Apply { get; init; }

    /// <summary>The fields by whose values a backtest compares; empty: those of the manifest's <c>evaluation.groups</c>.</summary>
    [Id(11)] public ImmutableArray<string> Groups { get; init; } = [];
}
