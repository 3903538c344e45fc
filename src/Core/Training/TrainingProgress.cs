using Progeny.Core.Common;

namespace Progeny.Core.Training;

/// <summary>How far a training is.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Fraction">The part of the whole that is done, 0 to 1; never less than before.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Metrics">The trainer's own figures, by name; empty where it gave none.</param>
public sealed record TrainingProgress(TrainingStage Stage, double Fraction, string Message, IReadOnlyDictionary<string, double> Metrics);
