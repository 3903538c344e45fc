using Progeny.Core.Metrics;

namespace Progeny.Gateway.Metrics;

/// <summary>What a project did, as time series.</summary>
/// <param name="Step">The time between points in seconds.</param>
/// <param name="By"><c>project</c>, <c>generation</c> or <c>arm</c>.</param>
/// <param name="Series">One for the project, or one for each generation, or arm of it, of which anything is known in this time.</param>
internal sealed record MetricsView(string Project, DateTimeOffset From, DateTimeOffset To, long Step, string By, IReadOnlyList<MetricsSeriesView> Series)
{
    public static MetricsView Of(MetricsQuery query, IReadOnlyList<MetricsPoint> points) => new(
        query.Project,
        query.From,
        query.To,
        (long)query.Step.TotalSeconds,
        query.ByArm ? "arm" : query.ByGeneration ? "generation" : "project",
        [.. points.GroupBy(point => (point.Generation, point.Arm)).Select(series => new MetricsSeriesView(series.Key.Generation?.Version, series.Key.Arm, [.. series.Select(MetricsPointView.From)]))]);
}
