namespace Progeny.Core.Metrics;

/// <summary>What is asked of the perfdb.</summary>
/// <param name="From">Windows from the one in which this lies.</param>
/// <param name="To">Windows that start before this.</param>
/// <param name="Step">The time between points; <see cref="MetricsResolution.For"/> must know it.</param>
/// <param name="ByGeneration">Whether each generation has points of its own; otherwise the project has.</param>
public sealed record MetricsQuery(string Project, DateTimeOffset From, DateTimeOffset To, TimeSpan Step, bool ByGeneration);
