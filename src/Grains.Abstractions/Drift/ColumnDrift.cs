namespace Progeny.Abstractions.Drift;

/// <summary>How far the newest values of a column are from those of the training.</summary>
[GenerateSerializer, Immutable, Alias("progeny.column-drift")]
public sealed record ColumnDrift
{
    /// <summary>The feature; of predictions <c>value</c>, <c>label</c> or <c>probability</c>.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Whether it is the prediction and no feature.</summary>
    [Id(1)] public bool IsPrediction { get; init; }

    /// <summary>The values of the window, missing ones included.</summary>
    [Id(2)] public long Rows { get; init; }

    /// <summary>The population stability index over about ten bins of equal shares in the training.</summary>
    [Id(3)] public double Psi { get; init; }

    [Id(4)] public DriftTest Test { get; init; }

    /// <summary>
    /// The greatest distance of the cumulative shares, 0 to 1, or chi-square, or the share of numbers outside the range of the training.
    /// </summary>
    [Id(5)] public double Statistic { get; init; }

    /// <summary>A bound on the probability of such a difference, or a greater one, where there is none.</summary>
    [Id(6)] public double PValue { get; init; }

    /// <summary>Whether the difference is sure at the level of the check, and great enough to matter.</summary>
    [Id(7)] public bool Drifted { get; init; }
}
