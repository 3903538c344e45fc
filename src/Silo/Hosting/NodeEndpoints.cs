using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Grains.Hosting;
using Progeny.Silo.Security;
using Progeny.Silo.Telemetry;

namespace Progeny.Silo.Hosting;

/// <summary>What every node shows to whoever watches it: its health and its metrics.</summary>
public static class NodeEndpoints
{
    /// <summary>Registers what <see cref="MapNode"/> needs.</summary>
    public static IServiceCollection AddNodeEndpoints(this IServiceCollection services) => services.AddSingleton<PrometheusMetrics>();

    /// <summary>Maps the health of the node, as the Open Inference Protocol and Kubernetes ask for it, and its metrics.</summary>
    public static void MapNode(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").WithTags("Health").RequiresNothing();
        health.MapGet("/v2/health/live", () => new Health { Live = true })
            .WithSummary("Whether the process works; if not, it is to be restarted.");
        health.MapGet("/v2/health/ready", ReadyAsync).Produces<Health>(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Whether the node answers queries; if not, none are to be sent to it.");
        health.MapGet("/health/startup", Started).Produces<Health>(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Whether the node has started.");
        routes.MapGet("/metrics", (PrometheusMetrics metrics) => TypedResults.Text(metrics.Write(), PrometheusText.ContentType))
            .Produces<string>(200, "text/plain").WithTags("Metrics").Requires(Permissions.ReadNodes, AccessScope.Node)
            .WithSummary("What this node counted since its start, in the Prometheus text format.");
    }

    private static async Task<JsonHttpResult<Health>> ReadyAsync(
        NodeReadiness node, IDatabaseHealth database, CancellationToken cancellationToken)
    {
        var problem = await node.FindProblemAsync(cancellationToken);
        return TypedResults.Json(
            new Health { Ready = problem is null, Reason = problem, Database = database.Problem },
            statusCode: problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static JsonHttpResult<Health> Started(NodeReadiness node) => TypedResults.Json(
        new Health { Started = node.HasStarted },
        statusCode: node.HasStarted ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
