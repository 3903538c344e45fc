namespace Progeny.Contracts.Security;

/// <summary>How a key is replaced by a new one.</summary>
/// <param name="OverlapSeconds">For how long the old one is accepted besides; left out: an hour.</param>
public sealed record KeyRotationRequest(double? OverlapSeconds);
