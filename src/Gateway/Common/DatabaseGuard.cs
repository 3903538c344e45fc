using Progeny.Abstractions.Common;
using Progeny.Core.Common;

namespace Progeny.Gateway.Common;

/// <summary>
/// Refuses at once, while the cluster's database cannot be reached, what could not be answered without it. Queries are let through, which
/// are answered from memory, and what tells how the node is.
/// </summary>
internal sealed class DatabaseGuard(RequestDelegate next, IDatabaseHealth database)
{
    private static readonly PathString[] AnsweredWithout = [
        "/v2",
        "/health",
        "/metrics",
        "/api/about",
        "/api/cluster",
        "/openapi",
        "/dashboard",
        "/assets",
    ];

    public Task InvokeAsync(HttpContext context) => database.Problem is { } problem && NeedsDatabase(context.Request.Path)
        ? throw new StorageUnavailableException(
            $"The cluster's database cannot be reached ({problem}). Predictions are answered from memory meanwhile.")
        : next(context);

    private static bool NeedsDatabase(PathString path) => !Array.Exists(AnsweredWithout, path.StartsWithSegments);
}
