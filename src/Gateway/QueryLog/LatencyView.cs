namespace Progeny.Gateway.QueryLog;

/// <summary>Where a query's time went, in microseconds.</summary>
internal sealed record LatencyView(int Augment, int Queue, int Predict, int Total);
