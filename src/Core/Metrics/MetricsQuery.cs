namespace Progeny.Core.Metrics;

/// <summary>What is asked of the perfdb.</summary>
/// <param name="From">Windows from the one in which this lies.</param>
/// <param name="To">Windows that start before this.</param>
/// <param name="Step">The time between points; <see cref="MetricsResolution.For"/> must know it.</param>
/// <param name="ByGeneration">Whether each generation has points of its own; otherwise the project has.</param>
/// <param name="ByArm">
/// Whether each arm of each generation has points of its own. Only what became of outcomes is known by arm; requests are counted by
/// generation.
/// </param>
public sealed record MetricsQuery(
    string Project, DateTimeOffset From, DateTimeOffset To, TimeSpan Step, bool ByGeneration, bool ByArm = false);
