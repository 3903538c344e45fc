namespace Progeny.Cli.Drift;

/// <summary>How far one column is from the training rows.</summary>
internal sealed record DriftColumnView(string Name, bool IsPrediction, long Rows, double Psi, string Test, double Statistic, double PValue, bool Drifted);
