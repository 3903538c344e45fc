
namespace Progeny.Contracts.Metrics;

/// <summary>What a project did, as time series.</summary>
/// <param name="Step">The time between points in seconds.</param>
/// <param name="By"><c>project</c>, <c>generation</c> or <c>arm</c>.</param>
/// <param name="Series">One for the project, or one for each generation, or arm of it, of which anything is known in this time.</param>
public sealed record MetricsView(
    string Project, DateTimeOffset From, DateTimeOffset To, long Step, string By, IReadOnlyList<MetricsSeriesView> Series);
