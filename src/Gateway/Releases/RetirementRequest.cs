namespace Progeny.Gateway.Releases;

/// <summary>Who retires, archives or brings back, and why; kept for ever.</summary>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why.</param>
internal sealed record RetirementRequest(string? By, string? Reason);
