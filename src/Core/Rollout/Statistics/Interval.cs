namespace Progeny.Core.Rollout.Statistics;

/// <summary>A confidence interval.</summary>
public readonly record struct Interval(double Low, double High);
