using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Rollouts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Projects;

internal static class ProjectsApi
{
    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects").WithTags("Projects").Requires(Permissions.Read);
        group.MapGet("/", ListAsync).Requires(Permissions.None, AccessScope.Node)
            .WithSummary("The projects on the roster that the caller may know of.");
        group.MapGet("/{project}", GetAsync).WithSummary("One project: releases, the generation in production, promotions.")
            .WithProblems(404);
        group.MapPost("/{project}/promotions", PromoteAsync).WithProblems(400, 403, 404, 409).Requires(Permissions.Develop)
            .WithSummary(
                "Puts a generation into production that passes its gates, in force on all silos within two seconds; one that needs an "
                    + "approval waits (202).");
        group.MapPost("/{project}/rollback", RollBackAsync).WithProblems(400, 404, 409).Requires(Permissions.Operate)
            .WithSummary("Puts an earlier generation into production again, without gates; in force on all silos within two seconds.");
    }

    private static async Task<IReadOnlyList<ProjectInfo>> ListAsync(CurrentCaller caller, IClusterClient cluster)
    {
        var names = await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        var projects = await Task.WhenAll(
            names.Where(caller.Caller.Access.Sees).Select(name => cluster.GetGrain<IProjectGrain>(name).Get()));
        return [.. projects.OfType<ProjectInfo>()];
    }

    private static async Task<Results<Ok<ProjectInfo>, ProblemHttpResult>> GetAsync(string project, IClusterClient cluster) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is { } info ? TypedResults.Ok(info) : Problems.NoProject(project);

    private static async Task<Results<Ok<Promotion>, Accepted<PendingPromotion>, ProblemHttpResult>> PromoteAsync(
        string project, PromotionRequest request, CurrentCaller caller, IClusterClient cluster)
    {
        if (!GenerationReference.TryParse(project, request.Version ?? "", out var generation))
            return Problems.Invalid($"version '{request.Version}' is no version; one looks like '1.2.0:3' (release:generation).");
        if (DecisionWords.Problem(request.By, request.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (request.Force && caller.Refusal(Permissions.Operate, project, "'force'") is { } refusal)
            return refusal;
        caller.SetAudit(null, null, generation.ToString());
        var answer = await cluster.GetGrain<IRolloutGrain>(project)
            .Promote(generation, caller.By(request.By), request.Reason ?? "promoted by request", request.Force);
        if (answer.Promotion is not { } promotion)
        {
            caller.SetAudit(null, new { answer.Approvals, request.Reason }, generation.ToString());
            return TypedResults.Accepted(
                $"/api/projects/{project}/approvals", new PendingPromotion(PendingPromotion.Pending, answer.Message, answer.Approvals));
        }

        caller.SetAudit(
            new { Champion = promotion.Previous?.ToString() },
            new { Champion = generation.ToString(), request.Reason, request.Force },
            generation.ToString());
        return TypedResults.Ok(promotion);
    }

    private static async Task<Results<Ok<Promotion>, ProblemHttpResult>> RollBackAsync(
        string project, RollbackRequest? request, CurrentCaller caller, IClusterClient cluster)
    {
        GenerationReference? generation = null;
        if (request?.Version is { } version && !GenerationReference.TryParse(project, version, out generation))
            return Problems.Invalid($"version '{version}' is no version; one looks like '1.2.0:3' (release:generation).");
        if (DecisionWords.Problem(request?.By, request?.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var promotion = await cluster.GetGrain<IRolloutGrain>(project)
            .RollBack(generation, caller.By(request?.By), request?.Reason ?? "rolled back by request", request?.PlanVersion);
        caller.SetAudit(
            new { Champion = promotion.Previous?.ToString() },
            new { Champion = promotion.Generation.ToString(), request?.Reason },
            promotion.Generation.ToString());
        return TypedResults.Ok(promotion);
    }
}
