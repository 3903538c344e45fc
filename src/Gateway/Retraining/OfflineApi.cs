using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Retraining;
using Progeny.Contracts.Retraining;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Retraining;

internal static class OfflineApi
{
    public static void MapOffline(this IEndpointRouteBuilder routes)
    {
        var offline = routes.MapGroup("/api/projects/{project}/offline").WithTags("Jobs").WithProblems(400, 404)
            .Requires(Permissions.Operate);
        offline.MapGet("/", GetAsync).Requires(Permissions.Read)
            .WithSummary("What the offline agent did last and what it waits for: training, evaluation, pull of outcomes.");
        offline.MapPost("/pause", PauseAsync)
            .WithSummary("Keeps the offline agent from starting jobs and pulling outcomes; what runs goes on.");
        offline.MapPost("/resume", ResumeAsync).WithSummary("Lets the offline agent go on.");
    }

    private static async Task<Results<Ok<OfflineAgentInfo>, ProblemHttpResult>> GetAsync(string project, IClusterClient cluster) =>
        await IsThereAsync(project, cluster) && await cluster.GetGrain<IOfflineAgentGrain>(project).Get() is { } info
            ? TypedResults.Ok(info)
            : Problems.NoProject(project);

    private static async Task<Results<Ok<OfflineAgentInfo>, ProblemHttpResult>> PauseAsync(
        string project, CurrentCaller caller, IClusterClient cluster, OfflineRequest? request = null)
    {
        if (DecisionWords.Problem(null, request?.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (!await IsThereAsync(project, cluster))
            return Problems.NoProject(project);
        var agent = cluster.GetGrain<IOfflineAgentGrain>(project);
        var before = await agent.Get();
        var after = await agent.Pause(Describe(caller, request));
        caller.SetAudit(new { before?.Paused }, new { after.Paused, request?.Reason });
        return TypedResults.Ok(after);
    }

    private static async Task<Results<Ok<OfflineAgentInfo>, ProblemHttpResult>> ResumeAsync(
        string project, CurrentCaller caller, IClusterClient cluster, OfflineRequest? request = null)
    {
        if (DecisionWords.Problem(null, request?.Reason) is { } problem)
            return Problems.Invalid(problem);
        if (!await IsThereAsync(project, cluster))
            return Problems.NoProject(project);
        var agent = cluster.GetGrain<IOfflineAgentGrain>(project);
        var before = await agent.Get();
        var after = await agent.Resume(Describe(caller, request));
        caller.SetAudit(new { before?.Paused }, new { after.Paused, request?.Reason });
        return TypedResults.Ok(after);
    }

    private static string Describe(CurrentCaller caller, OfflineRequest? request) =>
        !caller.Caller.IsAuthenticated
            ? request?.Reason ?? "manually"
            : request?.Reason is { } reason ? $"{caller.Caller.Name}: {reason}" : caller.Caller.Name;

    // The agent of a name that is no project's must not stay in memory for having been asked.
    private static async Task<bool> IsThereAsync(string project, IClusterClient cluster) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is not null;
}
