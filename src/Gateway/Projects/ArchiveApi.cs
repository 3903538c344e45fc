using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Contracts.Projects;
using Progeny.Contracts.Releases;
using Progeny.Core.Releases;
using Progeny.Core.Rollouts;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Grains.Releases;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Projects;

internal static class ArchiveApi
{
    public static void MapArchive(this IEndpointRouteBuilder routes)
    {
        var generations = routes.MapGroup("/api/projects/{project}/generations/{version}").WithTags("Generations")
            .WithProblems(400, 404, 409).Requires(Permissions.Operate);
        Map(generations, "retire", Stage.Retired, "Takes a generation that no plan names out of the choice; it can be promoted again.");
        Map(generations, "archive", Stage.Archived, "Keeps a generation that no plan names for replays and explanations only.");
        Map(generations, "restore", Stage.Staged, "Brings a retired or archived generation back: it is staged.");

        var projects = routes.MapGroup("/api/projects/{project}").WithTags("Projects").WithProblems(404).Requires(Permissions.Administer);
        projects.MapPost("/decommission", DecommissionAsync).WithProblems(400, 409)
            .WithSummary("Ends a project: off the roster, no queries, no jobs, all generations archived, everything kept. Needs a reason.");
        projects.MapPost("/recommission", RecommissionAsync).WithProblems(400, 409)
            .WithSummary("Brings an ended project back: on the roster, its generations staged, nothing in production.");
        projects.MapGet("/archive", DescribeAsync).Requires(Permissions.Read)
            .WithSummary(
                "What is kept of a project: releases, generations with lineage and digests, promotions, decisions, logged queries.");
    }

    private static void Map(RouteGroupBuilder group, string verb, Stage stage, string summary) =>
        group.MapPost(
            $"/{verb}",
            (
                string project,
                string version,
                RetirementRequest? request,
                CurrentCaller caller,
                IClusterClient cluster,
                IProjectArchive archive) =>
                MoveAsync(project, version, stage, request, caller, cluster, archive))
            .WithSummary(summary);

    private static async Task<Results<Ok<GenerationInfo>, ProblemHttpResult>> MoveAsync(
        string project,
        string version,
        Stage stage,
        RetirementRequest? request,
        CurrentCaller caller,
        IClusterClient cluster,
        IProjectArchive archive)
    {
        if (Problem(request) is { } problem)
            return Problems.Invalid(problem);
        if (!GenerationReference.TryParse(project, version, out var generation))
            return Problems.NotFound($"'{project}' has no generation '{version}'; a version looks like '1.2.0:3' (release:generation).");
        var before = await cluster.GetGrain<IGenerationGrain>(generation.ToString()).Get();
        var moved = await archive.MoveAsync(generation, stage, caller.By(request?.By), request?.Reason);
        caller.SetAudit(new { before?.Stage }, new { moved.Stage, request?.Reason });
        return TypedResults.Ok(moved);
    }

    private static async Task<Results<Ok<ProjectInfo>, ProblemHttpResult>> DecommissionAsync(
        string project, DecommissionRequest request, CurrentCaller caller, IProjectArchive archive)
    {
        if (Problem(new RetirementRequest(request.By, request.Reason)) is { } problem)
            return Problems.Invalid(problem);
        if (string.IsNullOrWhiteSpace(request.Reason))
            return Problems.Invalid("'reason' is missing: why the project ends is kept with it.");
        var ended = await archive.DecommissionAsync(project, caller.By(request.By), request.Reason);
        caller.SetAudit(new { Decommissioned = false }, new { Decommissioned = true, request.Reason });
        return TypedResults.Ok(ended);
    }

    private static async Task<Results<Ok<ProjectInfo>, ProblemHttpResult>> RecommissionAsync(
        string project, RetirementRequest? request, CurrentCaller caller, IProjectArchive archive)
    {
        if (Problem(request) is { } problem)
            return Problems.Invalid(problem);
        var back = await archive.RecommissionAsync(project, caller.By(request?.By), request?.Reason);
        caller.SetAudit(new { Decommissioned = true }, new { Decommissioned = false, request?.Reason });
        return TypedResults.Ok(back);
    }

    private static async Task<Results<Ok<ArchiveInfo>, ProblemHttpResult>> DescribeAsync(
        string project, IProjectArchive archive, CancellationToken cancellationToken) =>
        await archive.DescribeAsync(project, cancellationToken) is { } info ? TypedResults.Ok(info) : Problems.NoProject(project);

    private static string? Problem(RetirementRequest? request) => request switch
    {
        { By.Length: > PlanChecks.MaxByCharacters } =>
            $"'by' has {request.By.Length} characters; at most {PlanChecks.MaxByCharacters} are allowed.",
        { Reason.Length: > PlanChecks.MaxReasonCharacters } =>
            $"'reason' has {request.Reason.Length} characters; at most {PlanChecks.MaxReasonCharacters} are allowed.",
        _ => null,
    };
}
