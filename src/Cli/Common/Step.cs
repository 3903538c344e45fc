namespace Progeny.Cli.Common;

/// <summary>How far something is.</summary>
/// <param name="Fraction">0 to 1.</param>
/// <param name="Message">What it is doing.</param>
internal readonly record struct Step(double Fraction, string Message);
