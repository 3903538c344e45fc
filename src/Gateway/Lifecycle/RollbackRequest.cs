namespace Progeny.Gateway.Lifecycle;

/// <summary>Which earlier generation to put in charge again.</summary>
/// <param name="Version">release:generation; without it the one that was in charge before.</param>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="By">Who decided; kept for ever.</param>
internal sealed record RollbackRequest(string? Version, string? Reason, string? By);
