using Microsoft.Extensions.Diagnostics.HealthChecks;
using Progeny.Grains.Hosting;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>The node's readiness, as the health service of gRPC asks for it.</summary>
internal sealed class ReadinessCheck(NodeReadiness readiness) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await readiness.FindProblemAsync(cancellationToken) is { } problem
            ? HealthCheckResult.Unhealthy(problem)
            : HealthCheckResult.Healthy();
}
