namespace Progeny.Core.Experiments.Strategies;

/// <summary>The requests that an arm's share, or its being a shadow, brought it.</summary>
/// <param name="Requests">Since the plan in force, failed ones included.</param>
/// <param name="Errors">Those of them that failed, whoever answered then.</param>
/// <param name="Before">What is left of the evidence of the plans before (<see cref="FailureCheck.Carry"/>); 0: nothing.</param>
public readonly record struct ArmService(long Requests, long Errors, double Before = 0);
