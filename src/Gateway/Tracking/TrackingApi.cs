using Progeny.Core.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Tracking;

/// <summary>MLflow's REST API: experiment tracking, artifacts, the model registry and traces.</summary>
internal static class TrackingApi
{
    /// <summary>The version of MLflow whose API this is.</summary>
    private const string Version = "3.5.0";

    public static void MapTracking(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/2.0/mlflow");
        group.MapTrackedExperiments();
        group.MapRuns();
        group.MapMetricHistory();
        group.MapLoggedModels();
        group.MapRegisteredModels();
        group.MapModelVersions();
        routes.MapArtifacts();
        routes.MapTraces();
        routes.MapGet("/version", (RequestDelegate)(context => context.Response.WriteAsync(Version, context.RequestAborted)))
            .Requires(Permissions.None, AccessScope.Node);
        routes.MapGet(
            "/api/3.0/mlflow/server-info",
            (RequestDelegate)(context => TrackingEndpoints.WriteAsync(context, new ServerInfoAnswer(false))))
            .Requires(Permissions.None, AccessScope.Node).NotAudited();
    }
}
