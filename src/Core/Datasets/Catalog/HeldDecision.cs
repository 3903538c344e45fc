namespace Progeny.Core.Datasets.Catalog;

/// <summary>What a person decided of a version that was held.</summary>
/// <param name="IsReleased">Whether it is read from now on; else it was dropped.</param>
public sealed record HeldDecision(bool IsReleased, string By, DateTimeOffset At, string Reason);
