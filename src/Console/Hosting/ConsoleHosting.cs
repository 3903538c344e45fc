using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Console.Decisions;
using Progeny.Console.Layout;
using Progeny.Console.Projects;
using Progeny.Console.QueryLog;
using Progeny.Console.Releases;
using Progeny.Core.Hosting;
using Progeny.Core.Security;

namespace Progeny.Console.Hosting;

/// <summary>Mounts the web console in a host that has a cluster client and a query log.</summary>
public static class ConsoleHosting
{
    private static readonly RequiredAccess ForAnyCaller = new(Permissions.None, AccessScope.Node);
    private static readonly RequiredAccess ForAProject = new(Permissions.Read, AccessScope.Project);
    private static readonly RequiredAccess ForData = new(Permissions.ReadData, AccessScope.Project);

    /// <summary>
    /// Adds what the pages need. Call it before other exception handlers are added, which would answer for pages otherwise.
    /// </summary>
    public static void AddConsole(this IServiceCollection services)
    {
        services.AddScoped<Visitor>();
        services.AddScoped<ProjectReader>();
        services.AddScoped<QueryReader>();
        services.AddScoped<DecisionReader>();
        services.AddExceptionHandler<ConsoleExceptions>();
    }

    /// <summary>Answers a browser that asks for an unknown address with a page.</summary>
    public static void UseConsole(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (IsUnanswered(context.Response) && HttpMethods.IsGet(context.Request.Method) && ConsolePages.AreFor(context.Request))
            await Missing($"There is no page at {context.Request.Path}.").ExecuteAsync(context);
    });

    /// <summary>Maps the pages.</summary>
    /// <param name="about">What the node is.</param>
    public static void MapConsole(this IEndpointRouteBuilder routes, NodeAbout about)
    {
        ConsoleAssets.Map(routes);
        var pages = routes.MapGroup("/").AsPages().WithMetadata(ForAProject);
        pages.MapGet(
            "/",
            async (HttpContext context, ProjectReader reader) => new ConsolePage<ProjectsPage>(await reader.ListAsync(AccessOf(context))))
                .WithMetadata(ForAnyCaller);
        pages.MapGet("/about", () => new ConsolePage<AboutPage>(about)).WithMetadata(ForAnyCaller);
        pages.MapGet("/cluster", ClusterAsync).WithMetadata(new RequiredAccess(Permissions.ReadNodes, AccessScope.Node));
        pages.MapGet("/projects/{project}", ProjectAsync);
        pages.MapGet("/projects/{project}/releases/{release}", ReleaseAsync);
        pages.MapGet("/projects/{project}/generations/{version}", GenerationAsync);
        pages.MapGet("/projects/{project}/decisions", DecisionsAsync);
        pages.MapGet("/projects/{project}/queries", QueriesAsync).WithMetadata(ForData);
        pages.MapGet("/projects/{project}/query", QueryAsync).WithMetadata(ForData);
    }

    // Set by the access guard, which every host of the console has in front.
    private static Access AccessOf(HttpContext context) => context.Features.GetRequiredFeature<Caller>().Access;

    private static async Task<IResult> ClusterAsync(IClusterOverview cluster, TimeProvider time, CancellationToken cancellationToken) =>
        new ConsolePage<ClusterPage>(await cluster.ListAsync(time.GetUtcNow(), cancellationToken));

    private static async Task<IResult> ProjectAsync(
        HttpContext context, string project, ProjectReader reader, CancellationToken cancellationToken) =>
        await reader.FindAsync(project, AccessOf(context), cancellationToken) is { } view
            ? new ConsolePage<ProjectPage>(view)
            : Missing($"There is no project “{project}”.");

    private static async Task<IResult> ReleaseAsync(string project, string release, ProjectReader reader) =>
        await reader.FindReleaseAsync(project, release) is { } view
            ? new ConsolePage<ReleasePage>(view)
            : Missing($"There is no release “{release}” of a project “{project}”.");

    private static async Task<IResult> GenerationAsync(string project, string version, ProjectReader reader) =>
        await reader.FindGenerationAsync(project, version) is { } view
            ? new ConsolePage<GenerationPage>(view)
            : Missing($"There is no generation “{version}” of a project “{project}”; one is named like 1.2.0:3.");

    private static async Task<IResult> DecisionsAsync(
        string project, string? before, DecisionReader reader, CancellationToken cancellationToken) =>
        await reader.ListAsync(project, before, cancellationToken) is { } view
            ? new ConsolePage<DecisionsPage>(view)
            : Missing($"There is no project “{project}”.");

    private static async Task<IResult> QueriesAsync(
        string project, string? version, string? before, QueryReader reader, CancellationToken cancellationToken) =>
        await reader.ListAsync(project, version, before, cancellationToken) is { } view
            ? new ConsolePage<QueriesPage>(view)
            : Missing($"There is no project “{project}”.");

    private static async Task<IResult> QueryAsync(string project, string? id, QueryReader reader, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(project, id ?? "", cancellationToken) is { } query)
            return new ConsolePage<QueryPage>(query);
        return await reader.FindErasureAsync(project, id ?? "", cancellationToken) is { } note
            ? ConsolePages.Notice(
                "Erased",
                $"The query “{id}” of “{project}” was erased on {note.At.UtcDateTime:yyyy-MM-dd} by {note.By}. Nothing of it is kept.",
                StatusCodes.Status410Gone)
            : Missing($"“{project}” has no logged query “{id}”.");
    }

    private static ConsolePage<NoticePage> Missing(string text) => new(new Notice("Not found", text), StatusCodes.Status404NotFound);

    private static bool IsUnanswered(HttpResponse response) =>
        response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentType: null, ContentLength: null };
}
