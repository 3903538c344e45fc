namespace Progeny.Cli.Metrics;

/// <summary>How long requests took, in microseconds.</summary>
internal sealed record LatencyFiguresView(double P50, double P90, double P99, double Mean);
