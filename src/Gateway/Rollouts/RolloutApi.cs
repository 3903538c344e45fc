using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Rollouts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Grains.Serving;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Rollouts;

internal static class RolloutApi
{
    public static void MapRollout(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/rollout").WithTags("Rollout").WithProblems(404).Requires(Permissions.Read);
        group.MapGet("/", GetAsync).WithSummary("The plan in force: which generation answers which share of the traffic.");
        group.MapGet("/history", ListAsync)
            .WithSummary("The plan in force and those before it, newest first, up to 100: who, when and why.");
        group.MapPut("/", SetAsync).WithSummary("Puts a plan in force on all silos within two seconds; its models are loaded first.")
            .WithProblems(400, 403, 409).Requires(Permissions.Operate);
    }

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> GetAsync(
        string project, IClusterClient cluster, IOnlineAgents agents)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok(await ViewAsync(await cluster.GetGrain<IRolloutGrain>(project).GetPlan(), agents));
    }

    private static async Task<Results<Ok<IEnumerable<RolloutView>>, ProblemHttpResult>> ListAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok((await cluster.GetGrain<IRolloutGrain>(project).ListPlans()).Select(plan => plan.ToView()));
    }

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> SetAsync(
        string project, RolloutRequest request, CurrentCaller caller, IClusterClient cluster, IOnlineAgents agents)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var draft = request.ToDraft(project);
        if (caller.LendingRefusal(draft.Arms.Select(arm => arm.Generation), project) is { } refusal)
            return refusal;
        var rollout = cluster.GetGrain<IRolloutGrain>(project);
        var before = await rollout.GetPlan();
        var plan = await rollout.SetPlan(draft with { By = caller.By(draft.By) });
        caller.SetAudit(before.ToView(), plan.ToView());
        return TypedResults.Ok(await ViewAsync(plan, agents));
    }

    // An agent that nobody has asked yet takes the plan in force with the first query.
    private static async Task<RolloutView> ViewAsync(RolloutPlan plan, IOnlineAgents agents)
    {
        var status = await agents.GetStatusAsync(plan.Project);
        return plan.ToView(
            inForce: (status.PlanVersion ?? plan.Version) == plan.Version,
            shadowsDropped: plan.Shadows.IsEmpty ? null : status.ShadowsDropped);
    }
}
