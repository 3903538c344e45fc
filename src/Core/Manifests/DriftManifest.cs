namespace Progeny.Core.Manifests;

/// <summary>When features or predictions count as drifted from the training profile.</summary>
public sealed record DriftManifest
{
    /// <summary>The population stability index from which a difference matters, however sure it is.</summary>
    public double Psi { get; init; } = 0.1;

    /// <summary>The number of newest queries that are compared with the training rows.</summary>
    public int Rows { get; init; } = 1_000;

    /// <summary>The probability that a generation whose queries never change is ever said to drift.</summary>
    public double FalseAlarms { get; init; } = 0.01;

    /// <summary>The features that are watched; null: all.</summary>
    public IReadOnlyList<string>? Features { get; init; }
}
