using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Explanations;
using Progeny.Contracts.Explanations;
using Progeny.Core.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.QueryLog;
using Progeny.Grains.Explanations;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Explanations;

internal static class ReplayApi
{
    /// <summary>Of <c>/api/projects/{project}/queries/{id}/…</c>, with the empty one before the first slash, the place of the id.</summary>
    private const int IdSegment = 5;

    public static void MapReplay(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/queries/{queryId}").WithTags("Queries").WithProblems(404, 409, 410)
            .Requires(Permissions.ReadData);
        group.MapGet("/replay", ReplayAsync)
            .WithSummary(
                "Asks the generation that answered again, whatever its stage, with what the log has of the query; says whether the "
                    + "prediction is the same bit for bit.");
        group.MapGet("/explain", ExplainAsync).WithProblems(400, 503)
            .WithSummary(
                "The part of each feature in the prediction (Shapley values), the rules that fired, the arm and why it was asked.");
    }

    private static async Task<Results<Ok<ReplayView>, ProblemHttpResult>> ReplayAsync(
        string project,
        string queryId,
        HttpContext context,
        IReplayService past,
        IQueryErasure erasure,
        CancellationToken cancellationToken,
        long? sequence = null)
    {
        queryId = IdOf(context, queryId);
        try
        {
            return await past.ReplayAsync(project, queryId, sequence, cancellationToken) is var (record, replay)
                ? TypedResults.Ok(replay.ToView(record))
                : await ErasedQueries.FindAsync(erasure, project, queryId, cancellationToken) ?? Missing(project, queryId, sequence);
        }
        catch (Exception exception) when (exception is ReplayException or ModelException)
        {
            return Impossible("Cannot be replayed", exception);
        }
    }

    private static async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        string project,
        string queryId,
        HttpContext context,
        IReplayService past,
        IQueryErasure erasure,
        CancellationToken cancellationToken,
        string? @class = null,
        string? method = null,
        long? sequence = null)
    {
        queryId = IdOf(context, queryId);
        ExplanationMethod? wanted = null;
        if (method is not (null or "auto"))
        {
            wanted = method switch
            {
                "enumeration" => ExplanationMethod.Enumeration,
                "trees" => ExplanationMethod.Trees,
                "sampling" => ExplanationMethod.Sampling,
                _ => null,
            };
            if (wanted is null)
                return Problems.Invalid($"method '{method}' is unknown; auto, enumeration, trees or sampling would do.");
        }

        try
        {
            return await past.ExplainAsync(
                project, queryId, sequence, new ExplanationRequest(@class, wanted), cancellationToken) is var (record, explanation)
                ? TypedResults.Ok(explanation.ToView(record))
                : await ErasedQueries.FindAsync(erasure, project, queryId, cancellationToken) ?? Missing(project, queryId, sequence);
        }
        catch (Exception exception) when (exception is ReplayException or ModelException)
        {
            return Impossible("Cannot be explained", exception);
        }
        catch (TimeoutException exception)
        {
            context.Response.Headers.RetryAfter = "5";
            return TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable, title: "Takes too long", detail: exception.Message);
        }
    }

    // Routing leaves an escaped slash as it is, and a client's own id may hold one: the id is read from the address as it was sent.
    private static string IdOf(HttpContext context, string routed) =>
        context.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0].Split('/') is { Length: > IdSegment } sent
            ? Uri.UnescapeDataString(sent[IdSegment])
            : routed;

    private static ProblemHttpResult Missing(string project, string queryId, long? sequence) =>
        Problems.NotFound(
            $"'{project}' has no logged query '{queryId}'{(sequence is { } place ? $" with the sequence number {place}" : "")}.");

    private static ProblemHttpResult Impossible(string title, Exception exception) =>
        TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: title, detail: exception.Message);
}
