namespace Progeny.Core.Queries;

/// <summary>Where a query's time went, in microseconds, from the arrival of its request to the moment its answer was ready.</summary>
public readonly record struct QueryLatency(int Augment, int Queue, int Predict, int Total);
