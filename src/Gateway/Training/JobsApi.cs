using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Contracts.Common;
using Progeny.Contracts.Training;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Training;

internal static class JobsApi
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/api/projects/{project}/jobs").WithTags("Jobs").WithProblems(400, 404).Requires(Permissions.Read);
        project.MapPost("/", StartAsync).WithProblems(409).Requires(Permissions.Develop).WithSummary(
            "Starts a job: kind train makes a generation, tune searches for parameters and makes one with the best, evaluate measures "
                + "what was served, backtest asks a generation logged queries once more, retrain_exactly repeats a training.");
        project.MapGet("/", ListAsync).WithSummary("The project's newest jobs, newest first.");
        var jobs = routes.MapGroup("/api/jobs/{job}").WithTags("Jobs").WithProblems(404).Requires(Permissions.Read, AccessScope.Job);
        jobs.MapGet("/", GetAsync).WithSummary("One job: status, progress, verdict.");
        jobs.MapGet("/log", GetLogAsync).Produces<string>(200, "text/plain").Requires(Permissions.Develop, AccessScope.Job)
            .WithSummary("The last 1 MiB of what its programs printed.");
        jobs.MapGet("/trials", ListTrialsAsync)
            .WithSummary("The trials of a search for parameters that have ended: parameters, rows, figures, time.");
        jobs.MapPost("/cancel", CancelAsync).Accepts<JobCancelRequest>(isOptional: true, "application/json").WithProblems(400)
            .Requires(Permissions.Develop, AccessScope.Job)
            .WithSummary("Stops a job; one that has ended stays as it is.");
    }

    private static async Task<Results<Accepted<JobInfo>, ProblemHttpResult>> StartAsync(
        string project, JobStartRequest request, CurrentCaller caller, IClusterClient cluster)
    {
        if (request.Kind is not { } kind)
            return Problems.Invalid(
                "The body lacks 'kind' (one of "
                    + $"{string.Join(", ", Enum.GetValues<JobKind>().Select(value => $"\"{ApiJson.NameOf(value)}\""))}).");
        if (DecisionWords.Problem(request.By, null) is { } problem)
            return Problems.Invalid(problem);
        var job = await cluster.GetGrain<IProjectGrain>(project).StartJob(new JobRequest
        {
            Kind = kind,
            Release = request.Release,
            From = request.From,
            To = request.To,
            By = caller.By(request.By),
            Version = request.Version,
            Trials = request.Trials,
            Parallel = request.Parallel,
            Seed = request.Seed,
            Groups = [.. request.Groups ?? []],
        });
        caller.SetAudit(null, new { job.Id, request.Kind, request.Release, request.Version }, $"job {job.Id}");
        return TypedResults.Accepted($"/api/jobs/{job.Id}", job);
    }

    private static async Task<Results<Ok<IEnumerable<JobInfo>>, ProblemHttpResult>> ListAsync(
        string project, IClusterClient cluster, int limit = 100)
    {
        var grain = cluster.GetGrain<IProjectGrain>(project);
        if (await grain.Get() is null)
            return Problems.NoProject(project);
        var ids = await grain.ListJobs();
        var jobs = await Task.WhenAll(ids.Take(Math.Clamp(limit, 1, 1_000)).Select(id => cluster.GetGrain<IJobGrain>(id).Get()));
        return TypedResults.Ok(jobs.OfType<JobInfo>());
    }

    private static async Task<Results<Ok<JobInfo>, ProblemHttpResult>> GetAsync(string job, IClusterClient cluster) =>
        await cluster.GetGrain<IJobGrain>(job).Get() is { } info ? TypedResults.Ok(info) : Missing(job);

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> GetLogAsync(string job, IClusterClient cluster)
    {
        var grain = cluster.GetGrain<IJobGrain>(job);
        return await grain.Get() is null ? Missing(job) : TypedResults.Text(await grain.GetLog(), "text/plain", Encoding.UTF8);
    }

    private static async Task<Results<Ok<IOrderedEnumerable<TrialInfo>>, ProblemHttpResult>> ListTrialsAsync(
        string job, IClusterClient cluster) =>
        await cluster.GetGrain<IJobGrain>(job).Get() is null
            ? Missing(job)
            : TypedResults.Ok(
                (await cluster.GetGrain<ITrialsGrain>(job).List()).OrderBy(trial => trial.Round).ThenBy(trial => trial.Number));

    private static async Task<Results<Ok<JobInfo>, ProblemHttpResult>> CancelAsync(
        string job, JobCancelRequest? request, CurrentCaller caller, IClusterClient cluster)
    {
        if (DecisionWords.Problem(request?.By, null) is { } problem)
            return Problems.Invalid(problem);
        var grain = cluster.GetGrain<IJobGrain>(job);
        if (await grain.Get() is not { } before || await grain.Cancel(caller.By(request?.By)) is not { } after)
            return Missing(job);
        caller.SetAudit(new { before.Project, before.Status }, new { after.Status, after.CancelledBy });
        return TypedResults.Ok(after);
    }

    private static ProblemHttpResult Missing(string job) => Problems.NotFound($"There is no job '{job}'.");
}
