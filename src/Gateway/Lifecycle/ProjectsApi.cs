using Progeny.Abstractions.Lifecycle;
using Progeny.Gateway.Hosting;

namespace Progeny.Gateway.Lifecycle;

internal static class ProjectsApi
{
    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects").WithTags("Projects");
        group.MapGet("/", ListAsync).WithSummary("The projects on the roster.");
        group.MapGet("/{project}", GetAsync).WithSummary("One project: releases, the generation in charge, promotions.")
            .Produces<ProjectInfo>().ProducesProblem(404);
        group.MapPost("/{project}/promotions", PromoteAsync).WithSummary("Puts a generation in charge; in force on all silos within two seconds.")
            .Produces<Promotion>().ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IReadOnlyList<ProjectInfo>> ListAsync(IClusterClient cluster)
    {
        var names = await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        var projects = await Task.WhenAll(names.Select(name => cluster.GetGrain<IProjectGrain>(name).Get()));
        return [.. projects.OfType<ProjectInfo>()];
    }

    private static async Task<IResult> GetAsync(string project, IClusterClient cluster) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is { } info ? TypedResults.Ok(info) : Problems.NoProject(project);

    private static async Task<IResult> PromoteAsync(string project, PromotionRequest request, IClusterClient cluster)
    {
        if (!GenerationReference.TryParse(project, request.Version ?? "", out var generation))
            return Problems.Invalid($"version '{request.Version}' is no version; one looks like '1.2.0:3' (release:generation).");
        return TypedResults.Ok(await cluster.GetGrain<IProjectGrain>(project).Promote(generation, request.Reason ?? "promoted by request"));
    }
}
