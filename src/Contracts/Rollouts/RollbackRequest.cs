namespace Progeny.Contracts.Rollouts;

/// <summary>Which earlier generation to put into production again.</summary>
/// <param name="Version">release:generation; without it the one that was in production before.</param>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="By">Who decided; kept for ever.</param>
/// <param name="PlanVersion">The version of the plan that is left; another in force is a conflict, so that a rollback that is sent again
/// does not go back twice.</param>
public sealed record RollbackRequest(string? Version, string? Reason, string? By, long? PlanVersion = null);
