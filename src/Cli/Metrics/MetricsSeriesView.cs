namespace Progeny.Cli.Metrics;

/// <summary>A time series: of a generation, or of the project as a whole.</summary>
internal sealed record MetricsSeriesView(string? Version, IReadOnlyList<MetricsPointView> Points);
