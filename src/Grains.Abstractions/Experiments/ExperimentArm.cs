using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Experiments;

/// <summary>An arm of an experiment and what is known of it. Figures that are not known are null.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-arm")]
public sealed record ExperimentArm
{
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required GenerationReference Generation { get; init; }

    /// <summary>Its share of the traffic now, 0 to 1; a shadow has none.</summary>
    [Id(2)] public double Share { get; init; }

    /// <summary>Whether it answers every query as a shadow.</summary>
    [Id(3)] public bool IsShadow { get; init; }

    /// <summary>Whether it has lost and is out.</summary>
    [Id(4)] public bool IsOut { get; init; }

    /// <summary>The predictions of the experiment whose outcome is known.</summary>
    [Id(5)] public long Outcomes { get; init; }

    /// <summary>The mean of the experiment's metric over them.</summary>
    [Id(6)] public double? Mean { get; init; }

    /// <summary>The lower end of the mean's confidence interval, valid at any time.</summary>
    [Id(7)] public double? Low { get; init; }

    /// <summary>Its upper end.</summary>
    [Id(8)] public double? High { get; init; }

    /// <summary>The mean less the champion's.</summary>
    [Id(9)] public double? Difference { get; init; }

    [Id(10)] public double? DifferenceLow { get; init; }

    [Id(11)] public double? DifferenceHigh { get; init; }

    /// <summary>The evidence that it is better than the champion: its e-value.</summary>
    [Id(12)] public double? EvidenceBetter { get; init; }

    /// <summary>The evidence that it is worse than the champion: its e-value.</summary>
    [Id(13)] public double? EvidenceWorse { get; init; }

    /// <summary>The probability that it is the best of all arms (bandit).</summary>
    [Id(14)] public double? ProbabilityBest { get; init; }
}
