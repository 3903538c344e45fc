using System.ComponentModel.DataAnnotations;
using Progeny.Abstractions.Training;

namespace Progeny.Contracts.Training;

/// <summary>A job to start.</summary>
public sealed record JobStartRequest
{
    [Required] public JobKind? Kind { get; init; }

    /// <summary>The release to work on; without it the newest.</summary>
    public string? Release { get; init; }

    /// <summary>The ordinal, of a backtest the time, from which rows are taken, inclusive; without it from the first.</summary>
    public string? From { get; init; }

    /// <summary>The ordinal, of a backtest the time, up to which rows are taken, exclusive; without it to the last.</summary>
    public string? To { get; init; }

    /// <summary>Who asks for it and why.</summary>
    public string? By { get; init; }

    /// <summary>evaluate, backtest, retrain_exactly: the generation, <c>1.2.0:3</c>; evaluate without it: the champion.</summary>
    public string? Version { get; init; }

    /// <summary>tune: how many sets of parameters are tried; without it as the manifest says.</summary>
    public int? Trials { get; init; }

    /// <summary>tune: how many trials run at once; without it as the manifest says.</summary>
    public int? Parallel { get; init; }

    /// <summary>tune: the seed of the search; without it the pipeline's.</summary>
    public int? Seed { get; init; }

    /// <summary>backtest: the fields by whose values is compared; without them those of <c>evaluation.groups</c>.</summary>
    public IReadOnlyList<string>? Groups { get; init; }
}
