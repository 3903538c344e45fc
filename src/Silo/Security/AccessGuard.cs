using Progeny.Core.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Silo.Security;

/// <summary>
/// Lets a request through whose caller has proved who they are and may do what the endpoint requires (<see cref="RequiredAccess"/>).
/// Nothing is read of the body before. A project that the caller has no part in is answered like one that does not exist.
/// </summary>
internal sealed class AccessGuard(
    RequestDelegate next, ICallerSource callers, IJobOwners jobs, AuditRecorder audit, IRefusalPages? pages = null)
{
    private const string RetryAfterSeconds = "2";

    private static readonly GuardProblem _unknownCaller = new(
        StatusCodes.Status401Unauthorized,
        "Unauthorized",
        "This node asks who you are: send a key as 'Authorization: Bearer KEY' (progeny key create makes one).");

    public Task InvokeAsync(HttpContext context) =>
        callers.TryFind(context, out var found) ? DecideAsync(context, found) : FindAndDecideAsync(context);

    private async Task FindAndDecideAsync(HttpContext context) => await DecideAsync(context, await callers.FindAsync(context));

    private Task DecideAsync(HttpContext context, CallerFinding found)
    {
        if (found.Caller is { } known)
            context.Features.Set(known);
        var endpoint = context.GetEndpoint();
        var required = endpoint?.Metadata.GetMetadata<RequiredAccess>();
        if (required is { IsForEverybody: true })
            return next(context);
        if (found.Caller is not { } caller)
            return RefuseAsync(context, Unknown(found));
        if (endpoint is not RouteEndpoint)
            return next(context); // no endpoint takes the path, method and type; routing has set the answer
        if (required is null)
            return RefuseAsync(context, Forbidden("Nobody may do this: the endpoint does not say what it requires."));
        return required.Scope switch
        {
            AccessScope.Node => ContinueAsync(context, caller, required, null),
            AccessScope.Job => ContinueWithJobAsync(context, caller, required),
            AccessScope.Experiment => caller.Access.AllowsAnywhere(required.Permissions)
                ? next(context)
                : RefuseAsync(context, Forbidden(Describe(caller, required.Permissions, null))),
            AccessScope.Dataset => ContinueAsync(context, caller, required, DatasetOf(context), "dataset"),
            _ => ContinueAsync(context, caller, required, ProjectOf(context)),
        };
    }

    private Task ContinueAsync(HttpContext context, Caller caller, RequiredAccess required, string? project, string what = "project")
    {
        if (project is not null && !caller.Access.Sees(project))
            return RefuseAsync(context, new(StatusCodes.Status404NotFound, "Not found", $"There is no {what} '{project}'."));
        return caller.Access.Allows(required.Permissions, project)
            ? next(context)
            : RefuseAsync(context, Forbidden(Describe(caller, required.Permissions, project)));
    }

    private async Task ContinueWithJobAsync(HttpContext context, Caller caller, RequiredAccess required)
    {
        var job = context.Request.RouteValues["job"] as string ?? "";
        var project = caller.IsAuthenticated ? await jobs.FindProjectAsync(job) : null;
        if (caller.IsAuthenticated && (project is null || !caller.Access.Sees(project)))
            await RefuseAsync(context, new(StatusCodes.Status404NotFound, "Not found", $"There is no job '{job}'."));
        else
            await ContinueAsync(context, caller, required, project);
    }

    private static string DatasetOf(HttpContext context) => context.Request.RouteValues["dataset"] as string
        ?? throw new InvalidOperationException($"The path of {context.GetEndpoint()} names no dataset, which its RequiredAccess says.");

    private static string ProjectOf(HttpContext context) =>
        (context.Request.RouteValues["project"] ?? context.Request.RouteValues["model"]) as string
        ?? throw new InvalidOperationException($"The path of {context.GetEndpoint()} names no project, which its RequiredAccess says.");

    private static string Describe(Caller caller, Permissions needed, string? project) =>
        $"'{caller.Name}' may not do this {(project is null ? "(it is about no single project)" : $"with '{project}'")}: "
        + $"it takes {string.Join(" and ", AccessNames.Needed(needed))}.";

    private static GuardProblem Unknown(CallerFinding found) => found switch
    {
        { IsUnavailable: true } =>
            new(StatusCodes.Status503ServiceUnavailable, "Service unavailable", found.Problem
                ?? "Who you are cannot be said now; ask again."),
        { IsForbidden: true, Problem: { } problem } => Forbidden(problem),
        { Problem: { } problem } => _unknownCaller with { Detail = problem },
        _ => _unknownCaller,
    };

    private static GuardProblem Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "Forbidden", detail);

    private async Task RefuseAsync(HttpContext context, GuardProblem problem)
    {
        await audit.RefuseAsync(context, problem.Status);
        if (problem.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        await (pages?.Find(context, problem) is { } page ? page.ExecuteAsync(context) : problem.ExecuteAsync(context));
    }
}
