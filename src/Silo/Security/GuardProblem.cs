using System.Globalization;

namespace Progeny.Silo.Security;

/// <summary>Why a request is refused before its endpoint is reached.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Title">The kind of the problem.</param>
/// <param name="Detail">What is wrong, and what would be right.</param>
public sealed record GuardProblem(int Status, string Title, string Detail)
{
    private const string Grpc = "application/grpc";

    /// <summary>
    /// Answers with problem details, which under <c>/v2</c> have the member of the Open Inference Protocol for errors; a call of gRPC with
    /// its status, and MLflow's paths with an error of its shape.
    /// </summary>
    public Task ExecuteAsync(HttpContext context)
    {
        if (context.Request.ContentType is { } type && type.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
        {
            WriteStatus(context.Response);
            return Task.CompletedTask;
        }

        if (MlflowErrors.IsAsked(context.Request.Path))
            return MlflowErrors.WriteAsync(context, Status, MlflowErrors.CodeOf(Status), Detail);
        Dictionary<string, object?> extensions = context.Request.Path.StartsWithSegments("/v2") ? new() { ["error"] = Detail } : [];
        return TypedResults.Problem(Detail, statusCode: Status, title: Title, extensions: extensions).ExecuteAsync(context);
    }

    /// <summary>The status in the headers of a response without a message (gRPC over HTTP/2, "Trailers-Only").</summary>
    private void WriteStatus(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = Grpc;
        response.Headers["grpc-status"] = CodeOf(Status).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(Detail);
    }

    // The numbers of gRPC's statuses (google.rpc.Code).
    private static int CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => 3,
        StatusCodes.Status401Unauthorized => 16,
        StatusCodes.Status403Forbidden or StatusCodes.Status421MisdirectedRequest => 7,
        StatusCodes.Status404NotFound => 5,
        StatusCodes.Status429TooManyRequests => 8,
        StatusCodes.Status503ServiceUnavailable => 14,
        _ => 2,
    };
}
