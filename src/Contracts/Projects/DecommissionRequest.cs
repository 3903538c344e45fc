using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Projects;

/// <summary>Who ends a project, and why; kept for ever.</summary>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why.</param>
public sealed record DecommissionRequest(string? By, [property: Required] string? Reason);
