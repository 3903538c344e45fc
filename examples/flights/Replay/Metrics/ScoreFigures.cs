namespace Progeny.Replay.Metrics;

/// <summary>Accuracy and log loss of the answers and of the baseline, on so many outcomes; null where there are none.</summary>
internal sealed record ScoreFigures(int Outcomes, double? Accuracy, double? BaselineAccuracy, double? LogLoss, double? BaselineLogLoss);
