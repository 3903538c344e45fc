using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Contracts.Metrics;
using Progeny.Core.Metrics;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Metrics;

internal static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/projects/{project}/metrics", ReadAsync).WithTags("Metrics").Requires(Permissions.Read)
            .WithSummary("What a project did, as time series: requests, errors, latency, loss and its own metrics.")
            .WithProblems(400, 404);
    }

    private static async Task<Results<Ok<MetricsView>, ProblemHttpResult>> ReadAsync(
        string project,
        IClusterClient cluster,
        IMetricsStore store,
        TimeProvider time,
        CancellationToken cancellationToken,
        string? from = null,
        string? to = null,
        string? step = null,
        string? by = null)
    {
        var (query, problem) = MetricsQueryReader.Read(project, from, to, step, by, time.GetUtcNow());
        if (query is null)
            return Problems.Invalid(problem!);
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        return TypedResults.Ok((await store.ReadAsync(query, cancellationToken)).ToView(query));
    }
}
