namespace Progeny.Core.Drift;

/// <summary>How many numbers lay between two bounds: the lower one included above zero, the upper one below.</summary>
public readonly record struct ValueBucket(double Lower, double Upper, long Count);
