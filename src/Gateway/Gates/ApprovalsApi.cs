using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Projects;
using Progeny.Contracts.Gates;
using Progeny.Core.Decisions;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Gates;

/// <summary>The approvals of people that gates ask for.</summary>
internal static class ApprovalsApi
{
    public static void MapApprovals(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/approvals").WithTags("Approvals").WithProblems(404).Requires(Permissions.Read);
        group.MapGet("/", ListAsync).WithProblems(400)
            .WithSummary(
                "The approvals that generations need or needed, newest first: all that are pending, and the last 200 of the others.");
        group.MapPost("/{approval:int}", DecideAsync).WithProblems(400, 403, 409)
            .WithSummary(
                "Approves or refuses, with a reason; the caller needs the role that the gate names, and must not have asked for it.");
    }

    private static async Task<Results<Ok<IEnumerable<Approval>>, ProblemHttpResult>> ListAsync(
        string project, IClusterClient cluster, string? status = null)
    {
        ApprovalStatus? wanted = null;
        if (status is not null)
        {
            if (!Enum.TryParse<ApprovalStatus>(status, ignoreCase: true, out var named) || !Enum.IsDefined(named))
                return Problems.Invalid(
                    $"status is {Problems.Quoted(status)}; it must be pending, approved, refused, expired or withdrawn, or be left out "
                        + "for all.");
            wanted = named;
        }

        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var approvals = await cluster.GetGrain<IApprovalGrain>(project).List();
        return TypedResults.Ok(approvals.Where(approval => wanted is null || approval.Status == wanted));
    }

    private static async Task<Results<Ok<Approval>, ProblemHttpResult>> DecideAsync(
        string project, int approval, ApprovalDecision decision, CurrentCaller caller, IClusterClient cluster)
    {
        if (decision.Approve is not { } approve)
            return Problems.Invalid("'approve' is missing; it must be true or false.");
        if (decision.Reason is null)
            return Problems.Invalid("'reason' is missing; it must say why, and is kept for ever.");
        if (DecisionWords.Problem(decision.By, decision.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var grain = cluster.GetGrain<IApprovalGrain>(project);
        if ((await grain.List()).FirstOrDefault(each => each.Id == approval) is not { } known)
            return Problems.NotFound($"'{project}' has no approval {approval} (GET /api/projects/{project}/approvals lists them).");
        caller.SetAudit(null, new { approve, decision.Reason }, known.Generation.ToString());
        return Refusal(caller.Caller, known) is { } refusal
            ? Problems.Forbidden(refusal)
            : TypedResults.Ok(await grain.Decide(approval, approve, caller.By(decision.By) ?? Decommissioning.Operator, decision.Reason));
    }

    /// <summary>Why a caller may not decide; null: they may.</summary>
    private static string? Refusal(Caller caller, Approval approval)
    {
        if (!caller.Access.Allows(AccessNames.Roles[approval.Role], approval.Generation.Project))
            return $"The approval {approval.Id} takes somebody with the role {approval.Role} for '{approval.Generation.Project}', which "
                + $"'{caller.Name}' has not.";
        return approval.AskedBy.Any(caller.Is)
            ? $"'{caller.Name}' has asked for what the approval {approval.Id} is about; somebody else with the role {approval.Role} must "
                + "decide."
            : null;
    }
}
