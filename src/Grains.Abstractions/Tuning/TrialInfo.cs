using System.Collections.Immutable;
using Progeny.Abstractions.Training;

namespace Progeny.Abstractions.Tuning;

/// <summary>One set of parameters that a search tried, on so many rows.</summary>
[GenerateSerializer, Immutable, Alias("progeny.trial-info")]
public sealed record TrialInfo
{
    /// <summary>Which set, from 1; the same parameters keep their number from round to round.</summary>
    [Id(0)] public required int Number { get; init; }

    /// <summary>The round of a search by halving, from 1; a random search has one.</summary>
    [Id(1)] public required int Round { get; init; }

    /// <summary>What was drawn, as a JSON object; the manifest's other parameters hold beside it.</summary>
    [Id(2)] public required string Parameters { get; init; }

    /// <summary>How it ended: <see cref="JobStatus.Succeeded"/> or <see cref="JobStatus.Failed"/>.</summary>
    [Id(3)] public required JobStatus Status { get; init; }

    /// <summary>Why it failed; null: it did not.</summary>
    [Id(4)] public string? Message { get; init; }

    /// <summary>The rows it was trained on; of several folds, those of the first.</summary>
    [Id(5)] public long Rows { get; init; }

    /// <summary>The figures on the rows held out, by metric name.</summary>
    [Id(6)] public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The figure that decides; null: it failed.</summary>
    [Id(7)] public double? Score { get; init; }

    [Id(8)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    [Id(9)] public double Seconds { get; init; }

    /// <summary>Whether these parameters became the generation's.</summary>
    [Id(10)] public bool Best { get; init; }
}
