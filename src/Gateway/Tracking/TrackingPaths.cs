namespace Progeny.Gateway.Tracking;

/// <summary>The other names of MLflow's paths, of its pages (<c>/ajax-api</c>) and of old clients (<c>/preview</c>).</summary>
internal static class TrackingPaths
{
    private static readonly (PathString Other, PathString Own)[] _names =
    [
        ("/ajax-api/2.0/preview/mlflow", "/api/2.0/mlflow"),
        ("/ajax-api/2.0/mlflow", "/api/2.0/mlflow"),
        ("/ajax-api/2.0/mlflow-artifacts", "/api/2.0/mlflow-artifacts"),
        ("/ajax-api/3.0/mlflow", "/api/3.0/mlflow"),
        ("/api/2.0/preview/mlflow", "/api/2.0/mlflow"),
    ];

    /// <summary>Brings a request to the path that has the endpoint; before routing.</summary>
    public static Task Rewrite(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/ajax-api", StringComparison.Ordinal)
            || path.StartsWithSegments("/api/2.0/preview", StringComparison.Ordinal))
        {
            foreach (var (other, own) in _names)
            {
                if (!path.StartsWithSegments(other, StringComparison.Ordinal, out var rest))
                    continue;
                context.Request.Path = own + rest;
                break;
            }
        }

        return next(context);
    }
}
