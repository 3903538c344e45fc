namespace Progeny.Core.Common;

/// <summary>An interval with both ends included; a null end is open.</summary>
public sealed record Bounds(double? Min, double? Max);
