namespace Progeny.Gateway.Lifecycle;

/// <summary>Which generation to put in charge.</summary>
/// <param name="Version">release:generation, e.g. <c>1.2.0:3</c>.</param>
/// <param name="Reason">Who decided and why; kept for ever.</param>
internal sealed record PromotionRequest(string? Version, string? Reason);
