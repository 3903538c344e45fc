using System.Text.Json;

namespace Progeny.Silo.Security;

/// <summary>Errors on the paths of MLflow's API, in the shape that its clients read: <c>{"error_code", "message"}</c>.</summary>
public static class MlflowErrors
{
    private static readonly PathString[] _paths = ["/api/2.0/mlflow", "/api/2.0/mlflow-artifacts", "/api/3.0/mlflow"];

    /// <summary>Whether a path is one of MLflow's API.</summary>
    public static bool IsAsked(PathString path) => Array.Exists(_paths, own => path.StartsWithSegments(own, StringComparison.Ordinal));

    /// <summary>MLflow's code for a status.</summary>
    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
        StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => "ENDPOINT_NOT_FOUND",
        StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
        StatusCodes.Status503ServiceUnavailable => "TEMPORARILY_UNAVAILABLE",
        StatusCodes.Status504GatewayTimeout => "DEADLINE_EXCEEDED",
        >= StatusCodes.Status500InternalServerError => "INTERNAL_ERROR",
        _ => "BAD_REQUEST",
    };

    /// <summary>Writes an error.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            $$"""{"error_code":"{{code}}","message":"{{JsonEncodedText.Encode(message)}}"}""", context.RequestAborted);
    }
}
