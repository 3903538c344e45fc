using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Contracts.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.QueryLog;

internal static class QueriesApi
{
    /// <summary>Of <c>/api/projects/{project}/queries/{id}</c>, with the empty one before the first slash.</summary>
    private const int SegmentsBeforeId = 5;

    public static void MapQueries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/queries").WithTags("Queries").WithProblems(404).Requires(Permissions.ReadData);
        group.MapGet("/", ListAsync).WithProblems(400).WithSummary(
            "The logged queries, newest first, with their outcomes; a page ends at its limit or at 4 MiB, and says where the next one "
                + "begins.");
        group.MapGet("/stream", TailAsync).Produces<string>(200, "text/event-stream").WithProblems(400, 429, 503)
            .WithSummary(
                "The queries from now on, as server-sent events: each a query in JSON; 'missed' tells how many a slow client has missed.");
        group.MapGet("/{*queryId}", FindAsync).WithProblems(410)
            .WithSummary("One query with its outcome; of several with the id the newest, or the one with a sequence number.");
    }

    private static async Task<Results<Ok<QueryPage>, ProblemHttpResult>> ListAsync(
        string project,
        IClusterClient cluster,
        IQueryLog log,
        CancellationToken cancellationToken,
        string? version = null,
        long? before = null,
        int limit = 100)
    {
        if (limit is < 1 or > 1_000)
            return Problems.Invalid($"limit is {limit}; 1 to 1000 is allowed.");
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        if (!TryParseVersion(project, version, out var reference))
            return WrongVersion(version!);

        var queries = await log.ListAsync(project, reference?.Release, reference?.Generation, before, limit, cancellationToken);
        return TypedResults.Ok(new QueryPage([.. queries.Select(QueryViews.ToView)], queries.Before));
    }

    private static async Task<IResult> TailAsync(
        string project,
        HttpContext context,
        CurrentCaller caller,
        IClusterClient cluster,
        QueryTails tails,
        IHostApplicationLifetime lifetime,
        string? version = null)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        if (!TryParseVersion(project, version, out var reference))
            return WrongVersion(version!);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping, caller.Caller.Ended);
        var (tail, refusal) = await tails.JoinAsync(project, reference);
        if (tail is null)
        {
            context.Response.Headers.RetryAfter = "10";
            return refusal!;
        }

        await using var _ = tail;
        await tail.RunAsync(context, until.Token);
        return Results.Empty;
    }

    private static bool TryParseVersion(string project, string? version, out GenerationReference? reference)
    {
        reference = null;
        return version is null || GenerationReference.TryParse(project, version, out reference);
    }

    private static ProblemHttpResult WrongVersion(string version) =>
        Problems.Invalid($"'{version}' is no version; one looks like '1.2.0:3'.");

    private static async Task<Results<Ok<QueryView>, ProblemHttpResult>> FindAsync(
        string project,
        string queryId,
        HttpRequest request,
        QueryFinder finder,
        IQueryLog log,
        IQueryArchive archive,
        IQueryErasure erasure,
        CancellationToken cancellationToken,
        long? sequence = null)
    {
        // Routing leaves an escaped slash as it is, and a client's own id may hold one: the id is read from the address as it was sent.
        var sent = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0].Split('/', SegmentsBeforeId + 1) ?? [];
        if (sent.Length > SegmentsBeforeId)
            queryId = Uri.UnescapeDataString(sent[SegmentsBeforeId]);
        var query = sequence is { } place
            ? await log.FindAtAsync(project, queryId, place, cancellationToken)
            : await finder.FindAsync(project, queryId, cancellationToken);
        query ??= await archive.FindAsync(project, queryId, sequence, cancellationToken);
        if (query is null && await ErasedQueries.FindAsync(erasure, project, queryId, cancellationToken) is { } erased)
            return erased;
        return query is null
            ? Problems.NotFound(
                $"'{project}' has no logged query '{queryId}'{(sequence is null ? "" : $" with the sequence number {sequence}")}.")
            : TypedResults.Ok(query.ToView());
    }
}
