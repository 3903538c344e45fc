using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Progeny.Contracts.Rollouts;

/// <summary>Which generation to put into production.</summary>
/// <param name="Version">release:generation, e.g. <c>1.2.0:3</c>.</param>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="By">Who decided; kept for ever.</param>
/// <param name="Force">Whether the gates are passed over.</param>
public sealed record PromotionRequest(
    [property: Required] string? Version,
    string? Reason,
    string? By = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Force = false);
