namespace Progeny.Contracts.Metrics;

/// <summary>A time series.</summary>
/// <param name="Version">The generation, <c>release:generation</c>; null: the project as a whole.</param>
/// <param name="Arm">The arm of it; null: all of them.</param>
/// <param name="Points">By time; a step in which nothing happened is left out.</param>
public sealed record MetricsSeriesView(string? Version, string? Arm, IReadOnlyList<MetricsPointView> Points);
