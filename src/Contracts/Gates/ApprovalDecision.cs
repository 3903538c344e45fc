using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Gates;

/// <summary>What a person decides about an approval.</summary>
/// <param name="Approve">Whether the generation may go on.</param>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="By">Who decides; kept for ever.</param>
public sealed record ApprovalDecision([property: Required] bool? Approve, [property: Required] string? Reason, string? By = null);
