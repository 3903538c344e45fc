using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>An arm as a strategy sees it.</summary>
/// <param name="IsChampion">Whether it is in production.</param>
/// <param name="Weight">Its part of the traffic.</param>
/// <param name="IsOut">Whether it has lost and is out.</param>
/// <param name="All">Its outcomes since the experiment began.</param>
/// <param name="InStep">Those of the predictions since the step began.</param>
public sealed record SnapshotArm(
    string Name, GenerationReference Generation, bool IsChampion, double Weight, bool IsOut, ArmSums All, ArmSums InStep)
{
    /// <summary>How many outcomes it has had since the experiment began, whatever has faded of them.</summary>
    public double Outcomes
    {
        get => Math.Max(field, All.Count);
        init;
    }

    /// <summary>Whether it answers every query as a shadow.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Whether gates have lately refused to let it be in production.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Its requests, and how many of them failed.</summary>
    public ArmService Served { get; init; }
}
