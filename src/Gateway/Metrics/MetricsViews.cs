using Progeny.Contracts.Metrics;
using Progeny.Core.Metrics;

namespace Progeny.Gateway.Metrics;

internal static class MetricsViews
{
    public static MetricsView ToView(this IReadOnlyList<MetricsPoint> points, MetricsQuery query) => new(
        query.Project,
        query.From,
        query.To,
        (long)query.Step.TotalSeconds,
        query.ByArm ? "arm" : query.ByGeneration ? "generation" : "project",
        [
            .. points.GroupBy(point => (point.Generation, point.Arm))
                .Select(series => new MetricsSeriesView(series.Key.Generation?.Version, series.Key.Arm, [.. series.Select(ToView)])),
        ]);

    private static MetricsPointView ToView(MetricsPoint point) => new(
        point.Start,
        point.Arm is null ? point.Counts.Requests : null,
        point.Arm is null ? point.Counts.Rows : null,
        point.Arm is null ? point.Counts.Errors : null,
        point.Counts.Requests == 0 ? null : ToLatency(point.Counts),
        point.Outcomes,
        point.Loss,
        point.Figures.Where(figure => figure.Key != MetricsPoint.LossName && figure.Value.Count > 0)
            .ToDictionary(figure => figure.Key, figure => figure.Value.Mean!.Value));

    private static LatencyFiguresView ToLatency(ServingCounts counts) => new(
        counts.Latency.Quantile(0.5)!.Value,
        counts.Latency.Quantile(0.9)!.Value,
        counts.Latency.Quantile(0.99)!.Value,
        counts.Latency.Mean!.Value,
        (double)counts.AugmentMicroseconds / counts.Requests,
        (double)counts.QueueMicroseconds / counts.Requests,
        (double)counts.PredictMicroseconds / counts.Requests);
}
