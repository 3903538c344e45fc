namespace Progeny.Contracts.Releases;

/// <summary>Who retires, archives or brings back, and why; kept for ever.</summary>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why.</param>
public sealed record RetirementRequest(string? By, string? Reason);
