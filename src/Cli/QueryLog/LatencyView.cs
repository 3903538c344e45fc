namespace Progeny.Cli.QueryLog;

/// <summary>Where a query's time went, in microseconds.</summary>
internal sealed record LatencyView(long Augment, long Queue, long Predict, long Total);
