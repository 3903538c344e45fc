namespace Progeny.Core.Lifecycle;

/// <summary>An interval with both ends included; a null end is open.</summary>
public sealed record Bounds(double? Min, double? Max);
