using Progeny.Core.Metrics;

namespace Progeny.Gateway.Metrics;

/// <summary>What happened in one step.</summary>
/// <param name="At">The start of the step.</param>
/// <param name="Requests">Null by arm, like rows and errors: those are counted by generation.</param>
/// <param name="Errors">The requests that got no prediction.</param>
/// <param name="Latency">Null where there was no request.</param>
/// <param name="Outcomes">How many predictions of this step have a known outcome.</param>
/// <param name="Loss">Their mean loss; null where there is none.</param>
/// <param name="Metrics">The means of the project's own metrics over them.</param>
internal sealed record MetricsPointView(
    DateTimeOffset At,
    long? Requests,
    long? Rows,
    long? Errors,
    LatencyFiguresView? Latency,
    long Outcomes,
    double? Loss,
    IReadOnlyDictionary<string, double> Metrics)
{
    public static MetricsPointView From(MetricsPoint point) => new(
        point.Start,
        point.Arm is null ? point.Counts.Requests : null,
        point.Arm is null ? point.Counts.Rows : null,
        point.Arm is null ? point.Counts.Errors : null,
        LatencyFiguresView.From(point.Counts),
        point.Outcomes,
        point.Loss,
        point.Figures.Where(figure => figure.Key != MetricsPoint.LossName && figure.Value.Count > 0).ToDictionary(figure => figure.Key, figure => figure.Value.Mean!.Value));
}
