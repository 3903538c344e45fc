namespace Progeny.Gateway.Serving;

/// <summary>Statistics of generations.</summary>
internal sealed record ModelStatisticsList(IReadOnlyList<ModelStatisticsEntry> ModelStats);
