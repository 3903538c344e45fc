namespace Progeny.Cli.Metrics;

/// <summary>What happened in one step.</summary>
internal sealed record MetricsPointView(
    DateTimeOffset At, long? Requests, long? Rows, long? Errors, LatencyFiguresView? Latency, long Outcomes, double? Loss, IReadOnlyDictionary<string, double>? Metrics);
