
namespace Progeny.Contracts.Metrics;

/// <summary>What happened in one step.</summary>
/// <param name="At">The start of the step.</param>
/// <param name="Requests">Null by arm, like rows and errors: those are counted by generation.</param>
/// <param name="Errors">The requests that got no prediction.</param>
/// <param name="Latency">Null where there was no request.</param>
/// <param name="Outcomes">How many predictions of this step have a known outcome.</param>
/// <param name="Loss">Their mean loss; null where there is none.</param>
/// <param name="Metrics">The means of the project's own metrics over them.</param>
public sealed record MetricsPointView(
    DateTimeOffset At,
    long? Requests,
    long? Rows,
    long? Errors,
    LatencyFiguresView? Latency,
    long Outcomes,
    double? Loss,
    IReadOnlyDictionary<string, double> Metrics);
