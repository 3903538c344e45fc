using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Rollouts;
using Progeny.Gateway.Common;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Rollouts;

internal static class RolloutApi
{
    public static void MapRollout(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/rollout").WithTags("Rollout");
        group.MapGet("/", GetAsync).WithSummary("The plan in force: which generation answers which share of the traffic.")
            .Produces<RolloutView>().ProducesProblem(404);
        group.MapGet("/history", ListAsync).WithSummary("The plan in force and those before it, newest first, up to 100: who, when and why.")
            .Produces<RolloutView[]>().ProducesProblem(404);
        group.MapPut("/", SetAsync).WithSummary("Puts a plan in force on all silos within two seconds; its models are loaded first.")
            .Produces<RolloutView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> GetAsync(string project, IClusterClient cluster, IOnlineAgents agents)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok(await ViewAsync(await cluster.GetGrain<IRolloutGrain>(project).GetPlan(), agents));
    }

    private static async Task<IResult> ListAsync(string project, IClusterClient cluster)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok((await cluster.GetGrain<IRolloutGrain>(project).ListPlans()).Select(plan => plan.ToView()));
    }

    private static async Task<IResult> SetAsync(string project, RolloutRequest request, IClusterClient cluster, IOnlineAgents agents)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok(await ViewAsync(await cluster.GetGrain<IRolloutGrain>(project).SetPlan(request.ToDraft(project)), agents));
    }

    // An agent that nobody has asked yet takes the plan in force with the first query.
    private static async Task<RolloutView> ViewAsync(RolloutPlan plan, IOnlineAgents agents)
    {
        var status = await agents.GetStatusAsync(plan.Project);
        return plan.ToView(
            inForce: (status.PlanVersion ?? plan.Version) == plan.Version, shadowsDropped: plan.Shadows.IsEmpty ? null : status.ShadowsDropped);
    }
}
