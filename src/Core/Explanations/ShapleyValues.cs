namespace Progeny.Core.Explanations;

/// <summary>Shapley values of the mean of several games over the same players.</summary>
/// <param name="Base">The mean value of the empty coalition.</param>
/// <param name="Value">The mean value of all players together.</param>
/// <param name="Amounts">For each player; with <paramref name="Base"/> they add up to <paramref name="Value"/>.</param>
/// <param name="StandardErrors">Of sampled amounts; null: they are exact.</param>
/// <param name="Samples">How many orders were drawn; 0: they are exact.</param>
internal sealed record ShapleyValues(double Base, double Value, double[] Amounts, double[]? StandardErrors = null, long Samples = 0);
