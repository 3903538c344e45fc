using Progeny.Abstractions.Releases;

namespace Progeny.Core.Feedback;

/// <summary>
/// A metric over the predictions of one generation in one arm. Only those count that the arm's share, or its being a shadow, brought it.
/// </summary>
/// <param name="Count">How many of them have a value, each by its last outcome.</param>
/// <param name="Sum">The sum of the values.</param>
/// <param name="Squares">The sum of their squares.</param>
/// <param name="Others">How many values are neither 0 nor 1; 0: the metric says yes or no.</param>
public sealed record ArmScores(string Arm, GenerationReference Generation, long Count, double Sum, double Squares, long Others);
