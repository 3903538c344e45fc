using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Hosting;
using Progeny.Core.Hosting;
using Progeny.Core.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Hosting;

internal static class ClusterApi
{
    public static void MapCluster(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/cluster", ShowAsync).WithTags("Cluster").Requires(Permissions.ReadNodes, AccessScope.Node)
        .WithSummary("The silos of the cluster: their state, roles, load, and what they hold in memory.");

    private static async Task<Ok<ClusterView>> ShowAsync(
        IClusterOverview cluster, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ClusterView([.. (await cluster.ListAsync(time.GetUtcNow(), cancellationToken)).Select(ToView)]));

    private static NodeView ToView(NodeOverview node) => new(node.Name, node.Address, node.State, node.SeenAt)
    {
        Version = node.Status?.Version,
        Roles = node.Status?.Roles,
        StartedAt = node.Status?.StartedAt,
        ProcessorsUsed = node.Status?.ProcessorsUsed,
        MemoryBytes = node.Status?.MemoryBytes,
        Models = node.Status?.Models,
        Jobs = node.Status?.Jobs,
        Activations = node.Status?.Activations,
        LogWaiting = node.Status?.LogWaiting,
        LogDropped = node.Status?.LogDropped,
        DatabaseProblem = node.Status?.DatabaseProblem,
        DatabaseMilliseconds = node.Status?.DatabaseMilliseconds,
    };
}
