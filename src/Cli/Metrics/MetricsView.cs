namespace Progeny.Cli.Metrics;

/// <summary>What a project did, as the server shows it.</summary>
internal sealed record MetricsView(string Project, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<MetricsSeriesView> Series);
