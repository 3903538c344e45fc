using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Core.Feedback;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Feedback;

internal static class FeedbackApi
{
    public static void MapFeedback(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/projects/{project}/feedback", GetAsync).WithTags("Feedback").Requires(Permissions.Read)
            .WithProblems(404).WithSummary("How late outcomes are, and which share of the queries of each age has one.");
    }

    private static async Task<Results<Ok<FeedbackReport>, ProblemHttpResult>> GetAsync(
        string project, IClusterClient cluster, IFeedbackReader feedback, TimeProvider time, CancellationToken cancellationToken) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is null
            ? Problems.NoProject(project)
            : TypedResults.Ok(await feedback.ReadAsync(project, time.GetUtcNow(), cancellationToken));
}
