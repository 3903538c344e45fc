namespace Progeny.Cli.Metrics;

/// <summary>A time series: of an arm, of a generation, or of the project as a whole.</summary>
internal sealed record MetricsSeriesView(string? Version, string? Arm, IReadOnlyList<MetricsPointView> Points);
