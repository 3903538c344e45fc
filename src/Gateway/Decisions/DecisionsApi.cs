using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Contracts.Decisions;
using Progeny.Core.Decisions;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Decisions;

internal static class DecisionsApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    public static void MapDecisions(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/projects/{project}/decisions", ListAsync).WithTags("Decisions").Requires(Permissions.Read)
            .WithSummary("Who or what decided what about a project, when and on which figures; newest first, kept for ever.")
            .WithProblems(400, 404);

    private static async Task<Results<Ok<IEnumerable<DecisionView>>, ProblemHttpResult>> ListAsync(
        string project,
        IClusterClient cluster,
        IDecisionLog decisions,
        CancellationToken cancellationToken,
        string? experiment = null,
        long? before = null,
        int? limit = null)
    {
        if (limit is < 1 or > MaxLimit)
            return Problems.Invalid($"limit is {limit}; it must be from 1 to {MaxLimit}.");
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var entries = await decisions.ListAsync(project, experiment, before, limit ?? DefaultLimit, cancellationToken);
        return TypedResults.Ok(entries.Select(DecisionViews.ToView));
    }
}
