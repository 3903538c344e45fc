namespace Progeny.Contracts.QueryLog;

/// <summary>Where a query's time went, in microseconds.</summary>
public sealed record LatencyView(int Augment, int Queue, int Predict, int Total);
