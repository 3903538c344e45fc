namespace Progeny.Storage.Hosting;

/// <summary>How far a move is.</summary>
/// <param name="Fraction">0 to 1, as far as can be told before.</param>
/// <param name="Message">What is moved now.</param>
public readonly record struct MoveProgress(double Fraction, string Message);
