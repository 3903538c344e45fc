namespace Progeny.Core.Experiments.Strategies;

/// <summary>What an arm gets of the traffic.</summary>
/// <param name="Arm">Its name.</param>
/// <param name="Weight">Its part of the sum of all weights is its share.</param>
/// <param name="IsShadow">Whether it shadows every query.</param>
/// <param name="IsOut">Whether it has lost and takes no part any more.</param>
public sealed record ArmWeight(string Arm, double Weight, bool IsShadow = false, bool IsOut = false);
